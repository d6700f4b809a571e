import { describe, expect, test } from 'vitest';
import { rankOf } from '../../src/domain/expression/rank.js';
import { canonicalHash } from '../../src/domain/features/canonical-hash.js';
import { outputFeatures } from '../../src/domain/features/output-features.js';
import { Damage } from '../../src/store/damage.js';
import { Functions } from '../../src/store/functions/functions.js';
import { testSize } from '../support/test-size.js';
import { batchOf, hashOf, type NamedFunction, useStore } from './test-store.js';

const store = useStore();
const database = () => store().client.db(store().database);
const record = (name: string, hash: string, usable = true): NamedFunction => ({
  name,
  hash,
  rank: rankOf(name, name.split('(').length - 1),
  usable,
});

describe('functions', () => {
  test('are found under each of their names and named by the smallest', async () => {
    const hash = hashOf(1);
    await store().functions.storeRange(
      'space-a',
      batchOf([record('max(relu(x),relu(x))', hash), record('relu(x)', hash), record('abs(relu(x))', hash)]),
    );
    expect(await store().functions.aliases(hash, 10)).toEqual(['abs(relu(x))', 'max(relu(x),relu(x))', 'relu(x)']);
    expect(await store().functions.aliases(hash, 2)).toHaveLength(2);
    expect((await store().functions.findByName('abs(relu(x))'))?._id).toBe(hash);
    expect(await store().functions.findByName('nothing(x)')).toBeNull();
    expect(await store().functions.names([hash, hashOf(999)])).toEqual(new Map([[hash, 'relu(x)']]));
  });

  test('have the outputs of their smallest name, which are not stored', async () => {
    const outputs = outputFeatures('erf(x)');
    const hash = canonicalHash(outputs);
    await store().functions.storeRange('space-a', batchOf([record('identity(erf(x))', hash), record('erf(x)', hash)]));
    expect((await store().functions.outputs([hash, hashOf(999)])).get(hash)).toEqual(outputs);
    expect(Object.keys((await store().functions.get(hash))!).sort()).toEqual(['_id', 'rank', 'usable']);
  });

  test("of operators of one's own keep their outputs to the last bit, whoever comes first", async () => {
    const hash = hashOf(2);
    const outputs = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i) * 1e-30);
    outputs.set([Number.NaN, Infinity, -Infinity, 1e-45]);
    await store().functions.storeRange('space-a', batchOf([record('mine@1/sin(x)', hash)]));
    await store().functions.storeRange('space-a', { ...batchOf([record('mine@1/sin(x)', hash)]), outputs: [outputs] });
    expect((await store().functions.outputs([hash])).get(hash)).toEqual(outputs);
  });

  test('stored again change nothing', async () => {
    const records = [record('tanh(x)', hashOf(3)), record('identity(tanh(x))', hashOf(3))];
    await store().functions.storeRange('space-b', batchOf(records));
    const before = await store().functions.get(hashOf(3));
    await store().functions.storeRange('space-b', batchOf(records));
    expect(await store().functions.get(hashOf(3))).toEqual(before);
    expect(await store().functions.countAliases(['space-b'])).toBe(2);
  });

  test('may have long names, new and known', async () => {
    const long = (i: number) => record(`${'identity('.repeat(130)}tanh(x)${')'.repeat(129)}${i})`, hashOf(70 + i));
    await store().functions.storeRange('space-b', batchOf([long(0), long(1)]));
    await store().functions.storeRange('space-i', batchOf([long(1), long(2)]));
    expect([...(await store().functions.names([hashOf(70), hashOf(71), hashOf(72)])).values()].toSorted()).toEqual(
      [0, 1, 2].map((i) => long(i).name),
    );
    expect(await store().functions.countAliases(['space-i'])).toBe(2);
  });

  test('belong to every space that has one of their names', async () => {
    await store().functions.storeRange(
      'space-c',
      batchOf([record('erf(x)', hashOf(4)), record('one(x)', hashOf(5), false)]),
    );
    await store().functions.storeRange(
      'space-d',
      batchOf([record('identity(erf(x))', hashOf(4)), record('erf(x)', hashOf(4))]),
    );
    expect(await store().functions.isIn(['space-d', 'space-x'], hashOf(4))).toBe(true);
    expect(await store().functions.isIn(['space-d', 'space-x'], hashOf(5))).toBe(false);
    expect(await store().functions.countUnique(['space-c', 'space-d'])).toBe(2);
    expect(await store().functions.countAliases(['space-c', 'space-d'])).toBe(3);
    expect(await store().functions.countUnique([])).toBe(0);
  });

  test('come by hash a page at a time, only usable ones if asked', async () => {
    const records = Array.from({ length: 30 }, (_, i) => record(`f${i}(x)`, hashOf(1000 + i), i % 3 !== 0));
    await store().functions.storeRange('space-e', batchOf(records.slice(0, 20).toReversed()));
    await store().functions.storeRange('space-f', batchOf(records.slice(10)));
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

test('a database that was emptied behind the back of a writer is filled again', async () => {
  const records = [
    record('tanh(x)', hashOf(90)),
    record('identity(tanh(x))', hashOf(90)),
    record('erf(x)', hashOf(91)),
  ];
  await store().functions.storeRange('space-g', batchOf(records));
  await database().collection('functions').deleteMany({});
  // Under a greater name than is remembered, which would need no write if the function were still there.
  await store().functions.storeRange('space-h', batchOf([record('identity(erf(x))', hashOf(91))]));
  expect(await store().functions.names([hashOf(91)])).toEqual(new Map([[hashOf(91), 'identity(erf(x))']]));
  await store().functions.storeRange('space-g', batchOf(records));
  expect(await store().functions.names([hashOf(90), hashOf(91)])).toEqual(
    new Map([
      [hashOf(90), 'tanh(x)'],
      [hashOf(91), 'erf(x)'],
    ]),
  );
});

test('sixteen writers of the same functions, in different orders, leave what one would', async () => {
  const classes = testSize({ small: 60, full: 1000 });
  const names = ['x'.repeat(9), 'bb', 'aa', 'cc(', 'ddd'].map((text) => (i: number) => `${text}${i}`);
  const records = Array.from({ length: classes }, (_, i) =>
    names.map((name) => record(name(i), hashOf(5000 + i))),
  ).flat();
  const shuffled = (seed: number) =>
    records.toSorted((a, b) => (hashCode(a.name, seed) < hashCode(b.name, seed) ? -1 : 1));
  await Promise.all(
    Array.from({ length: 16 }, async (_, writer) => {
      // Every writer brings the names in an order of its own, in small pieces, and remembers what it wrote itself.
      const functions = new Functions(database(), new Damage(database()));
      const mine = shuffled(writer);
      for (let start = 0; start < mine.length; start += 50) {
        await functions.storeRange(`writer-${writer}`, batchOf(mine.slice(start, start + 50)));
      }
    }),
  );
  const representatives = await store().functions.names(Array.from({ length: classes }, (_, i) => hashOf(5000 + i)));
  expect([...representatives.values()].toSorted()).toEqual(
    Array.from({ length: classes }, (_, i) => `aa${i}`).toSorted(),
  );
  const spaces = Array.from({ length: 16 }, (_, writer) => `writer-${writer}`);
  for (const some of [spaces.slice(0, 1), spaces.slice(3, 5), spaces]) {
    expect(await store().functions.countUnique(some)).toBe(classes);
    expect(await store().functions.countAliases(some)).toBe(5 * classes);
  }
});

function hashCode(text: string, seed: number): number {
  let code = seed + 1;
  for (const character of text) code = Math.imul(code ^ character.charCodeAt(0), 0x5bd1e995) ^ (code >>> 13);
  return code >>> 0;
}
