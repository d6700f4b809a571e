import { describe, expect, test } from 'vitest';
import { rankOf } from '../../src/domain/rank.js';
import type { FunctionRecord } from '../../src/store/functions.js';
import { testSize } from '../support/test-size.js';
import { hashOf, useStore } from './test-store.js';

const store = useStore();
const record = (name: string, hash: string, value: number, usable = true): FunctionRecord => ({
  name,
  hash,
  rank: rankOf(name, name.split('(').length - 1),
  outputs: new Float32Array(1000).fill(value),
  usable,
});

describe('functions', () => {
  test('are found under each of their names and named by the smallest', async () => {
    const hash = hashOf(1);
    await store().functions.storeRange('space-a', [
      record('max(relu(x),relu(x))', hash, 1.5),
      record('relu(x)', hash, 1.5),
      record('abs(relu(x))', hash, 1.5),
    ]);
    expect(await store().functions.aliases(hash, 10)).toEqual(['abs(relu(x))', 'max(relu(x),relu(x))', 'relu(x)']);
    expect(await store().functions.aliases(hash, 2)).toHaveLength(2);
    expect((await store().functions.findByName('abs(relu(x))'))?._id).toBe(hash);
    expect(await store().functions.findByName('nothing(x)')).toBeNull();
    expect(await store().functions.names([hash, hashOf(999)])).toEqual(new Map([[hash, 'relu(x)']]));
  });

  test('keep their outputs to the last bit', async () => {
    const hash = hashOf(2);
    const outputs = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i) * 1e-30);
    outputs.set([Number.NaN, Infinity, -Infinity, 1e-45]);
    await store().functions.storeRange('space-a', [{ ...record('sin(x)', hash, 0), outputs }]);
    expect((await store().functions.outputs([hash])).get(hash)).toEqual(outputs);
    expect((await store().functions.get(hash))?.outputs.length()).toBe(4000);
  });

  test('stored again change nothing', async () => {
    const records = [record('tanh(x)', hashOf(3), 0.25), record('identity(tanh(x))', hashOf(3), 0.25)];
    await store().functions.storeRange('space-b', records);
    const before = await store().functions.get(hashOf(3));
    await store().functions.storeRange('space-b', records);
    expect(await store().functions.get(hashOf(3))).toEqual(before);
    expect(await store().functions.countAliases(['space-b'])).toBe(2);
  });

  test('belong to every space that has one of their names', async () => {
    await store().functions.storeRange('space-c', [
      record('erf(x)', hashOf(4), 1),
      record('one(x)', hashOf(5), 1, false),
    ]);
    await store().functions.storeRange('space-d', [
      record('identity(erf(x))', hashOf(4), 1),
      record('erf(x)', hashOf(4), 1),
    ]);
    expect((await store().functions.get(hashOf(4)))?.spaces.toSorted()).toEqual(['space-c', 'space-d']);
    expect(await store().functions.countUnique(['space-c', 'space-d'])).toBe(2);
    expect(await store().functions.countAliases(['space-c', 'space-d'])).toBe(3);
    expect(await store().functions.countUnique([])).toBe(0);
  });

  test('come by hash a page at a time, only usable ones if asked', async () => {
    const records = Array.from({ length: 30 }, (_, i) => record(`f${i}(x)`, hashOf(1000 + i), i, i % 3 !== 0));
    await store().functions.storeRange('space-e', records.slice(0, 20).toReversed());
    await store().functions.storeRange('space-f', records.slice(10));
    const all: string[] = [];
    for (let after: string | undefined; ; after = all.at(-1)) {
      const page = await store().functions.hashesFrom(['space-e', 'space-f'], {
        usable: true,
        limit: 7,
        ...(after === undefined ? {} : { after }),
      });
      all.push(...page);
      if (page.length < 7) break;
    }
    expect(all).toEqual(records.filter(({ usable }) => usable).map(({ hash }) => hash));
    expect(await store().functions.hashesFrom(['space-e'], { limit: 100 })).toHaveLength(20);
  });
});

test('sixteen writers of the same functions, in different orders, leave what one would', async () => {
  const classes = testSize({ small: 60, full: 1000 });
  const names = ['x'.repeat(9), 'bb', 'aa', 'cc(', 'ddd'].map((text) => (i: number) => `${text}${i}`);
  const records = Array.from({ length: classes }, (_, i) =>
    names.map((name) => record(name(i), hashOf(5000 + i), i)),
  ).flat();
  const shuffled = (seed: number) =>
    records.toSorted((a, b) => (hashCode(a.name, seed) < hashCode(b.name, seed) ? -1 : 1));
  await Promise.all(
    Array.from({ length: 16 }, async (_, writer) => {
      // Every writer brings the names in an order of its own, in small pieces.
      const mine = shuffled(writer);
      for (let start = 0; start < mine.length; start += 50) {
        await store().functions.storeRange(`space-${writer % 4}`, mine.slice(start, start + 50));
      }
    }),
  );
  const representatives = await store().functions.names(Array.from({ length: classes }, (_, i) => hashOf(5000 + i)));
  expect([...representatives.values()].toSorted()).toEqual(
    Array.from({ length: classes }, (_, i) => `aa${i}`).toSorted(),
  );
  for (let writer = 0; writer < 4; writer++) {
    expect(await store().functions.countUnique([`space-${writer}`])).toBe(classes);
    expect(await store().functions.countAliases([`space-${writer}`])).toBe(5 * classes);
  }
});

function hashCode(text: string, seed: number): number {
  let code = seed + 1;
  for (const character of text) code = Math.imul(code ^ character.charCodeAt(0), 0x5bd1e995) ^ (code >>> 13);
  return code >>> 0;
}
