import type { TrialStatus } from '../domain/trial.js';
import type { StudyDoc } from '../store/documents.js';

interface FinishedTrial {
  number: number;
  result: { valAcc: number | null; valLoss: number | null };
}

/** Failed trials beyond which a search stops: something other than the functions is broken. */
const MAX_FAILURES = 10;

/**
 * Whether a search goes on: not when it has its trials, its time is over, its last `patience` trials brought nothing
 * better, or more trials failed than finished.
 */
export function searchVerdict(input: {
  study: StudyDoc;
  finished: readonly FinishedTrial[];
  counts: Record<TrialStatus, number>;
  now: Date;
}): { end: boolean; reason: string; running: number } {
  const { study, finished, counts, now } = input;
  const { search } = study;
  const verdict = (end: boolean, reason: string) => ({ end, reason, running: counts.running });
  if (counts.done >= search.trials) return verdict(true, `${search.trials} trials are done`);
  if (search.deadline && now >= search.deadline) return verdict(true, 'the time is over');
  if (counts.failed > Math.max(MAX_FAILURES, counts.done)) {
    return verdict(true, `${counts.failed} trials failed: look at the failed jobs in Bull Board`);
  }
  if (search.patience !== null && trialsSinceBest(study, finished) >= search.patience) {
    return verdict(true, `the last ${search.patience} trials brought nothing better`);
  }
  return verdict(false, '');
}

function trialsSinceBest(study: StudyDoc, finished: readonly FinishedTrial[]): number {
  let best: number | undefined;
  let since = 0;
  for (const trial of [...finished].sort((a, b) => a.number - b.number)) {
    const value = trial.result[study.metric];
    const better = value !== null && (best === undefined || (study.direction === 'max' ? value > best : value < best));
    if (better) best = value;
    since = better ? 0 : since + 1;
  }
  return since;
}
