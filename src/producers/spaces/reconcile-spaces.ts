import type { Pipeline } from '../../queues/pipeline.js';
import { rangeId } from '../../store/functions/spaces.js';
import { ensureJobs } from '../ensure-jobs.js';

/** Ranges looked at in one pass. */
const MAX_RANGES = 5000;

/** Spaces that are wanted are owed their ranges; ranges are owed their functions: enqueues both. */
export async function reconcileSpaces(
  { store, queues }: Pipeline,
  spaceIds: readonly string[],
  retryFailed: boolean,
): Promise<void> {
  const unexpanded = await store.spaces.unexpanded(spaceIds);
  await ensureJobs(
    queues,
    'schema-expansion',
    unexpanded.map(({ _id, generation }) => ({ space: _id, generation })),
    ({ space, generation }) => store.spaces.raiseGeneration(space, generation),
    retryFailed,
  );
  const ranges = await store.spaces.owedRanges(spaceIds, MAX_RANGES);
  await ensureJobs(
    queues,
    'output-features',
    ranges.map(({ space, from, to, generation }) => ({ space, from, to, generation })),
    (range) => store.spaces.raiseRangeGeneration(rangeId(range), range.generation),
    retryFailed,
  );
}
