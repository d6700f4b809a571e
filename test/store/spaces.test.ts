import { describe, expect, test } from 'vitest';
import type { SpaceDoc } from '../../src/store/documents.js';
import { useStore } from './test-store.js';

const store = useStore();
const space = (n: number, changes: Partial<SpaceDoc> = {}): SpaceDoc => ({
  _id: `schema-${String(n).padStart(12, '0')}`,
  operators: 'standard@1',
  schema: 'unary(x)',
  size: '27',
  generation: 0,
  state: 'wanted' as const,
  ...changes,
});
const ranges = (id: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ space: id, from: 10 * i, to: 10 * (i + 1) }));

describe('spaces', () => {
  test('put again keep their generation and state, also when several put one at once', async () => {
    const it = space(1);
    await Promise.all(Array.from({ length: 12 }, () => store().spaces.put(it)));
    await store().spaces.markExpanded(it._id);
    await store().spaces.raiseGeneration(it._id);
    await store().spaces.put(it);
    expect(await store().spaces.get(it._id)).toEqual({ ...it, state: 'expanded', generation: 1 });
  });

  test('come in the order asked for, unknown ones left out', async () => {
    await store().spaces.put(space(2));
    await store().spaces.put(space(3));
    const found = await store().spaces.getMany([space(3)._id, 'list-ffffffffffff', space(2)._id]);
    expect(found.map(({ _id }) => _id)).toEqual([space(3)._id, space(2)._id]);
    expect(await store().spaces.get('list-ffffffffffff')).toBeNull();
  });

  test('that are not expanded are known', async () => {
    await store().spaces.put(space(4));
    await store().spaces.put(space(5));
    await store().spaces.markExpanded(space(4)._id);
    const owed = await store().spaces.unexpanded([space(4)._id, space(5)._id]);
    expect(owed.map(({ _id }) => _id)).toEqual([space(5)._id]);
  });

  test('are raised once by several reconcilers that saw one generation', async () => {
    await store().spaces.put(space(6));
    await Promise.all(Array.from({ length: 8 }, () => store().spaces.raiseGeneration(space(6)._id, 0)));
    expect((await store().spaces.get(space(6)._id))?.generation).toBe(1);
    expect(await store().spaces.raiseGeneration('list-ffffffffffff')).toBeUndefined();
  });
});

describe('ranges', () => {
  test('written down again keep what is done', async () => {
    const id = space(10)._id;
    await store().spaces.ensureRanges(ranges(id, 3));
    await store().spaces.markRangeDone(`${id}-10-20`);
    await Promise.all([1, 2, 3, 4].map(() => store().spaces.ensureRanges(ranges(id, 5))));
    expect(await store().spaces.progress([id])).toEqual({ ranges: 5, done: 1 });
    expect(await store().spaces.getRange(`${id}-10-20`)).toMatchObject({ space: id, from: 10, to: 20, done: true });
  });

  test('are owed until they are done', async () => {
    const id = space(11)._id;
    await store().spaces.ensureRanges(ranges(id, 4));
    await store().spaces.markRangeDone(`${id}-0-10`);
    const owed = await store().spaces.owedRanges([id], 100);
    expect(owed.map(({ from }) => from).toSorted((a, b) => a - b)).toEqual([10, 20, 30]);
    expect(await store().spaces.owedRanges([id], 2)).toHaveLength(2);
    expect(await store().spaces.owedRanges([], 2)).toEqual([]);
  });

  test('are raised once by several reconcilers that saw one generation', async () => {
    const id = space(12)._id;
    await store().spaces.ensureRanges(ranges(id, 1));
    const raised = await Promise.all(
      Array.from({ length: 8 }, () => store().spaces.raiseRangeGeneration(`${id}-0-10`, 0)),
    );
    expect(new Set(raised)).toEqual(new Set([1]));
  });
});
