import type { Pipeline } from '../../queues/pipeline.js';
import type { StudyDoc } from '../../store/documents.js';
import { ensureJobs } from '../ensure-jobs.js';
import { reasonToEnd } from './search-verdict.js';

/** Slots looked at in one pass: enough for any number of consumers until the next. */
const MAX_SLOTS = 1000;

/**
 * Gives each trial that a running search still wants its slot, or ends the search.
 * Slots are numbered 1 to `trials`; those whose number no running or done trial has are owed.
 */
export async function reconcileSearch(pipeline: Pipeline, study: StudyDoc, retryFailed: boolean): Promise<void> {
  const { store, queues } = pipeline;
  const { search } = study;
  if (search.state !== 'running') return;
  const { reason, running } = await searchOutlook(pipeline, study);
  if (reason !== undefined) {
    if (running === 0) await store.studies.setSearchState(study._id, ['running'], 'finished', reason);
    return;
  }
  const taken = await store.trials.takenNumbers(study._id);
  const wanted = freeNumbers(new Set(taken), search.trials, MAX_SLOTS);
  const room = search.parallel === null ? wanted.length : Math.max(search.parallel - running, 0);
  const slots = wanted.slice(0, room).map((number) => ({ study: study._id, number, generation: search.generation }));
  const raise = () => store.studies.raiseSearchGeneration(study._id, search.generation);
  await ensureJobs(queues, 'training', slots, raise, retryFailed);
}

/** Whether the search goes on, and how many of its trials run. */
export async function searchOutlook(
  { store, queues }: Pipeline,
  study: StudyDoc,
): Promise<{ reason: string | undefined; running: number }> {
  const [finished, counts, damaged, failure, now] = await Promise.all([
    store.trials.finished(study._id),
    store.trials.statusCounts(study._id),
    store.trials.countDamaged(study._id),
    store.failures.get(study._id, 'training'),
    store.now(),
  ]);
  const consumers = failure ? await queues.consumers('training') : 0;
  return {
    reason: reasonToEnd({ study, finished, counts, damaged, failure, consumers, now }),
    running: counts.running,
  };
}

function freeNumbers(taken: ReadonlySet<number>, upTo: number, limit: number): number[] {
  const free: number[] = [];
  for (let number = 1; number <= upTo && free.length < limit; number++) if (!taken.has(number)) free.push(number);
  return free;
}
