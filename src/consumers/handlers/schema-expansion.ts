import type { SpaceDoc } from '../../store/documents.js';
import type { Handler } from './handler.js';

/** Functions in one range: some 0.5 to 1 s of evaluating and storing. */
const RANGE = 32_768;
/** Of samples (nothing is shared between their functions) and of operators of one's own (whose outputs are stored). */
const SMALL_RANGE = 4096;
/** Ranges recorded at once. */
const PAGE = 1000;
/** Jobs enqueued here; the reconciler follows with those of a space that has more. */
const MAX_JOBS = 5000;

/** Records the ranges of a space, then enqueues the computation of each that is not done. */
export const handleSchemaExpansion: Handler<'schema-expansion'> = async (
  { space: id },
  { store, queues, progress },
) => {
  const space = await store.spaces.get(id);
  if (!space) return { skipped: 'the space is gone' };
  const size = Number(space.size);
  const range = rangeSize(space);
  for (let start = 0; start < size; start += range * PAGE) {
    const ranges = [];
    for (let from = start; from < Math.min(size, start + range * PAGE); from += range) {
      ranges.push({ space: id, from, to: Math.min(from + range, size) });
    }
    await store.spaces.ensureRanges(ranges);
    progress(start / size);
  }
  await store.spaces.markExpanded(id);
  const owed = await store.spaces.owedRanges([id], MAX_JOBS);
  await queues.enqueue(
    'output-features',
    owed.map(({ space, from, to, generation }) => ({ space, from, to, generation })),
  );
  return { functions: size, ranges: Math.ceil(size / range), owed: owed.length };
};

const rangeSize = ({ sample, operatorSource }: SpaceDoc): number => (sample || operatorSource ? SMALL_RANGE : RANGE);
