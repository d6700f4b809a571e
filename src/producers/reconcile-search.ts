import type { Pipeline } from '../queues/pipeline.js';
import type { StudyDoc } from '../store/documents.js';
import { ensureJob } from './ensure-job.js';
import { searchVerdict } from './search-verdict.js';

/** Slots looked at in one pass: enough for any number of consumers until the next. */
const MAX_SLOTS = 1000;

/**
 * Gives each trial that a running search still wants its slot, or ends the search.
 * Slots are numbered 1 to `trials`; those whose number no running or done trial has are owed.
 */
export async function reconcileSearch(
  { store, queues }: Pipeline,
  study: StudyDoc,
  { retryFailed }: { retryFailed: boolean },
): Promise<void> {
  const { search } = study;
  if (search.state !== 'running') return;
  const verdict = searchVerdict({
    study,
    finished: await store.trials.finished(study._id),
    counts: await store.trials.statusCounts(study._id),
    now: await store.now(),
  });
  if (verdict.end) {
    if (verdict.running === 0) await store.studies.setSearchState(study._id, ['running'], 'finished', verdict.reason);
    return;
  }
  const taken = new Set(await store.trials.takenNumbers(study._id));
  const room = Math.min(search.parallel === null ? MAX_SLOTS : search.parallel - verdict.running, MAX_SLOTS);
  let generation = search.generation;
  for (let number = 1, slots = 0; number <= search.trials && slots < room; number++) {
    if (taken.has(number)) continue;
    slots++;
    const raised = async () => {
      if (generation === search.generation) {
        generation = await store.studies.raiseSearchGeneration(study._id, generation);
      }
      return { study: study._id, number, generation };
    };
    await ensureJob(queues, 'training', { study: study._id, number, generation }, raised, retryFailed);
  }
}
