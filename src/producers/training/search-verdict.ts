import type { TrialStatus } from '../../domain/trial.js';
import type { StudyDoc } from '../../store/documents.js';

export interface SearchSituation {
  study: Pick<StudyDoc, 'search' | 'metric' | 'direction'>;
  /** Done trials in the order of their numbers. */
  finished: ReadonlyArray<{ result: { valAcc: number | null; valLoss: number | null } }>;
  counts: Record<TrialStatus, number>;
  /** The database's clock. */
  now: Date;
}

/** Failed trials beyond which a search stops: something other than the functions is broken. */
const MAX_FAILURES = 10;

/**
 * Why a running search starts no further trial: it has its trials, its time is over, its last `patience` trials brought
 * nothing better, or more trials failed than finished.
 * @returns undefined where it goes on
 */
export function reasonToEnd({ study, finished, counts, now }: SearchSituation): string | undefined {
  const { search } = study;
  if (counts.done >= search.trials) return `${search.trials} trials are done`;
  if (search.deadline && now >= search.deadline) return 'the time is over';
  if (counts.failed > Math.max(MAX_FAILURES, counts.done)) {
    return `${counts.failed} trials failed: \`aquasurf study show\` says why`;
  }
  if (search.patience !== null && trialsSinceBest(study, finished) >= search.patience) {
    return `the last ${search.patience} trials brought nothing better`;
  }
  return undefined;
}

/** Trials of this search since its last improvement; those from before the search set the mark and do not count. */
function trialsSinceBest(study: SearchSituation['study'], finished: SearchSituation['finished']): number {
  let best: number | undefined;
  let since = 0;
  for (const [i, { result }] of finished.entries()) {
    const value = result[study.metric];
    const better = value !== null && (best === undefined || (study.direction === 'max' ? value > best : value < best));
    if (better) best = value;
    since = better || i < study.search.doneBefore ? 0 : since + 1;
  }
  return since;
}
