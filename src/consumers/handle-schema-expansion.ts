import type { Handler } from './handler.js';

/** Functions in one range: some 50 ms of evaluation and 4 MB of outputs. */
const RANGE = 1000;
/** Ranges recorded at once. */
const PAGE = 1000;

/** Records the ranges of a space, then enqueues the computation of each that is not done. */
export const handleSchemaExpansion: Handler<'schema-expansion'> = async (
  { space: id },
  { store, queues, progress },
) => {
  const space = await store.spaces.get(id);
  if (!space) return { skipped: 'the space is gone' };
  const size = Number(space.size);
  for (let start = 0; start < size; start += RANGE * PAGE) {
    const ranges = [];
    for (let from = start; from < Math.min(size, start + RANGE * PAGE); from += RANGE) {
      ranges.push({ space: id, from, to: Math.min(from + RANGE, size) });
    }
    await store.spaces.ensureRanges(ranges);
    progress(start / size);
  }
  await store.spaces.markExpanded(id);
  const owed = await store.spaces.owedRanges([id], Math.ceil(size / RANGE));
  await queues.enqueue(
    'output-features',
    owed.map(({ space, from, to, generation }) => ({ space, from, to, generation })),
  );
  return { functions: size, ranges: Math.ceil(size / RANGE), owed: owed.length };
};
