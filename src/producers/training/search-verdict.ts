import type { TrialStatus } from '../../domain/trial.js';
import type { StudyDoc } from '../../store/documents.js';
import type { StageFailureDoc } from '../../store/stage-failures.js';

export interface SearchSituation {
  study: Pick<StudyDoc, 'search' | 'metric' | 'direction'>;
  /** Done trials in the order of their numbers. */
  finished: ReadonlyArray<{ result: { valAcc: number | null; valLoss: number | null } }>;
  counts: Record<TrialStatus, number>;
  /** Trials whose status is not known: nobody can say whether they are done, but their places are taken. */
  damaged?: number;
  /** What keeps workers from training at present; null where nothing does. */
  failure: Pick<StageFailureDoc, 'reason' | 'count' | 'workers' | 'first' | 'last'> | null;
  /** Live consumers that train; undefined where it cannot be told. */
  consumers: number | undefined;
  /** The database's clock. */
  now: Date;
}

/** Failed trials beyond which a search stops: something other than the functions is broken. */
const MAX_FAILURES = 10;
/** Attempts in a row of all workers, over so many milliseconds at least, after which none is expected to succeed. */
const HOPELESS_ATTEMPTS = 10;
const HOPELESS_MS = 60_000;

const TIME_IS_OVER = 'the time is over';
const nothingBetter = (trials: number | null): string => `the last ${trials} trials brought nothing better`;

/**
 * Why a running search starts no further trial: it has its trials, its time is over, its last `patience` trials brought
 * nothing better, more trials failed than finished, or no worker can train.
 * @returns undefined where it goes on
 */
export function reasonToEnd(situation: SearchSituation): string | undefined {
  const { study, finished, counts, damaged = 0, failure, consumers, now } = situation;
  const { search } = study;
  if (counts.done >= search.trials) return `${search.trials} trials are done`;
  if (counts.done + damaged >= search.trials) {
    return `${counts.done} trials are done and ${damaged} damaged: \`aquasurf study show\` names them`;
  }
  if (search.deadline && now >= search.deadline) return TIME_IS_OVER;
  if (counts.failed > Math.max(MAX_FAILURES, counts.done)) {
    return `${counts.failed} trials failed: \`aquasurf study show\` says why`;
  }
  if (search.patience !== null && trialsSinceBest(study, finished) >= search.patience) {
    return nothingBetter(search.patience);
  }
  if (failure && counts.running === 0 && failsForEverybody(failure, consumers)) {
    return `no worker can train, ${failure.count} attempts failed: ${failure.reason}`;
  }
  return undefined;
}

/** Whether a search that is finished reached a limit that was set for it, rather than its trials. */
export const reachedLimit = ({ reason, patience }: StudyDoc['search']): boolean =>
  reason === TIME_IS_OVER || reason === nothingBetter(patience);

function failsForEverybody(failure: NonNullable<SearchSituation['failure']>, consumers = 1): boolean {
  const { count, workers, first, last } = failure;
  const lasted = last.getTime() - first.getTime();
  return count >= HOPELESS_ATTEMPTS && lasted >= HOPELESS_MS && workers.length >= consumers;
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
