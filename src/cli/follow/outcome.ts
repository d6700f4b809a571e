import { AquasurfError } from '../../errors.js';
import { reachedLimit } from '../../producers/training/search-verdict.js';
import type { StudyDoc } from '../../store/documents.js';
import { type FailureReasons, type FunctionWork, failureReasons } from '../../store/reports/failure-reasons.js';
import type { Store } from '../../store/store.js';

/** Different reasons that are listed; `study show` has more. */
const REASONS_SHOWN = 5;

/** What has failed for good while `wait` ran, whatever failed before. */
export async function failuresDuring(
  store: Store,
  study: string,
  work: FunctionWork,
  wait: () => Promise<void>,
): Promise<FailureReasons> {
  const before = await failureReasons(store, study, work);
  await wait();
  const since = new Map<string, number>();
  for (const [reason, count] of await failureReasons(store, study, work)) {
    const more = count - (before.get(reason) ?? 0);
    if (more > 0) since.set(reason, more);
  }
  return since;
}

/**
 * Of a command that waited for features or trainings.
 * @param what failed, e.g. `trainings`
 * @throws AquasurfError FAILED with the number of those that failed, and each different reason once
 */
export function checkNoneFailed(what: string, study: string, failures: FailureReasons): void {
  if (failures.size === 0) return;
  throw new AquasurfError(
    'FAILED',
    `${total(failures)} of the ${what} failed: ${reasonList(failures)}; mend the cause and run the same command again ` +
      `(\`aquasurf study show ${study}\` names the functions)`,
  );
}

/**
 * Of a command that waited for a search: a limit that was set for it (hours, patience) ends it well, unless nothing was
 * done by then.
 * @throws AquasurfError FAILED where it ended without its trials, with the reason
 */
export async function checkTrialsDone(store: Store, { _id: study, search }: StudyDoc): Promise<void> {
  const { done } = await store.trials.statusCounts(study);
  if (done >= search.trials || (done > 0 && reachedLimit(search))) return;
  const ending = search.reason ?? `the search is ${search.state}`;
  const failures = await failureReasons(store, study, 'trials');
  const reasons = failures.size > 0 ? `; ${total(failures)} of the functions failed: ${reasonList(failures)}` : '';
  throw new AquasurfError('FAILED', `study ${study}: ${done} of ${search.trials} trials are done: ${ending}${reasons}`);
}

const total = (reasons: FailureReasons): number => [...reasons.values()].reduce((sum, count) => sum + count, 0);

/** Each reason once, the most frequent first, with its number. */
function reasonList(reasons: FailureReasons): string {
  const sorted = [...reasons].sort(([, a], [, b]) => b - a);
  const shown = sorted
    .slice(0, REASONS_SHOWN)
    .map(([reason, count]) => (count === 1 ? reason : `${reason} (${count} times)`));
  const left = sorted.slice(REASONS_SHOWN);
  const more = left.length > 0 ? [`${total(new Map(left))} for ${left.length} other reasons`] : [];
  return [...shown, ...more].join('; ');
}
