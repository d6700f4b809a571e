import { type Db, MongoServerError } from 'mongodb';
import { describe, expect, test, vi } from 'vitest';
import type { FunctionBatch } from '../../src/domain/enumeration/function-batch.js';
import { rankOf } from '../../src/domain/expression/rank.js';
import { canonicalHash } from '../../src/domain/features/canonical-hash.js';
import type { FunctionDoc } from '../../src/store/documents.js';
import { RememberedRanks } from '../../src/store/functions/remembered-ranks.js';
import { storeFunctions } from '../../src/store/functions/store-functions.js';
import { batchOf, useStore } from './test-store.js';

const store = useStore();
const database = (): Db => store().client.db(store().database);
const collection = () => database().collection<FunctionDoc>('functions');

/** Spread as hashes are: a writer remembers few whose middle digits are the same. */
const hashOf = (i: number): string => canonicalHash(Float32Array.of(i));

/** More than one statement lowers. */
const COUNT = 170;
const [small, middle, great] = ['abs(x)', 'erf(x)', 'softplus(x)'].map((name) => rankOf(name, 1)) as [
  string,
  string,
  string,
];
const batch = (from: number, rankAt: (i: number) => string): FunctionBatch =>
  batchOf(
    Array.from({ length: COUNT }, (_, i) => {
      const rank = rankAt(i);
      return { name: rank.slice(10), hash: hashOf(from + i), rank, usable: true };
    }),
  );
const ranksFrom = async (from: number): Promise<unknown[]> => {
  const ids = Array.from({ length: COUNT }, (_, i) => hashOf(from + i));
  const filter = { _id: { $in: ids } };
  const ranks = new Map((await collection().find(filter).toArray()).map(({ _id, rank }) => [_id, rank]));
  return ids.map((id) => ranks.get(id));
};
const smallest = (a: string, b: string): string => (a < b ? a : b);

describe('ranks of functions that are there', () => {
  const ranks = [small, middle, great];
  const first = (i: number): string => ranks[i % 3]!;
  const second = (i: number): string => ranks[Math.floor(i / 3) % 3]!;
  const expected = Array.from({ length: COUNT }, (_, i) => smallest(first(i), second(i)));

  test('fall to smaller ones, each to its own, and to nothing else: by a writer that remembers', async () => {
    const known = new RememberedRanks();
    await storeFunctions(database(), batch(0, first), known);
    await storeFunctions(database(), batch(0, second), known);
    expect(await ranksFrom(0)).toEqual(expected);
  });

  test('and by one that finds them there', async () => {
    await storeFunctions(database(), batch(1000, first), new RememberedRanks());
    await storeFunctions(database(), batch(1000, second), new RememberedRanks());
    expect(await ranksFrom(1000)).toEqual(expected);
  });

  test('are filled in where they are missing, beside others', async () => {
    await storeFunctions(database(), batch(2000, first), new RememberedRanks());
    await collection().updateOne({ _id: hashOf(2001) }, { $unset: { rank: '' } });
    await collection().updateOne({ _id: hashOf(2003) }, { $set: { rank: null as never } });
    await storeFunctions(database(), batch(2000, second), new RememberedRanks());
    const filled = expected.with(1, second(1)).with(3, second(3));
    expect(await ranksFrom(2000)).toEqual(filled);
  });

  test('may hold what means something in an expression of the database', async () => {
    const strange = (i: number): string => rankOf(`$rank${i}`, 0);
    await storeFunctions(
      database(),
      batch(3000, () => great),
      new RememberedRanks(),
    );
    await storeFunctions(database(), batch(3000, strange), new RememberedRanks());
    expect(await ranksFrom(3000)).toEqual(Array.from({ length: COUNT }, (_, i) => strange(i)));
  });

  test('fall although the statement met another writer', async () => {
    const known = new RememberedRanks();
    await storeFunctions(
      database(),
      batch(4000, () => great),
      known,
    );
    const functions = collection();
    const bulkWrite = vi.spyOn(functions, 'bulkWrite');
    bulkWrite.mockRejectedValueOnce(new MongoServerError({ code: 16908292, message: 'deadlock detected' }));
    const meeting = { ...proxied(database()), collection: () => functions } as unknown as Db;
    await storeFunctions(
      meeting,
      batch(4000, () => small),
      known,
    );
    expect(bulkWrite).toHaveBeenCalledTimes(2);
    expect(new Set(await ranksFrom(4000))).toEqual(new Set([small]));
  });

  test('are what one writer would leave, after sixteen that lower them at once in different orders', async () => {
    await storeFunctions(
      database(),
      batch(5000, () => great),
      new RememberedRanks(),
    );
    const rankOfWriter = (writer: number, i: number): string => rankOf(`f${(writer * 7 + i * 11) % 16}(x)`, 1);
    await Promise.all(
      Array.from({ length: 16 }, async (_, writer) => {
        const { hashes, ranks: mine, ...rest } = batch(5000, (i) => rankOfWriter(writer, i));
        const turned =
          writer % 2 === 0 ? { hashes, ranks: mine } : { hashes: hashes.toReversed(), ranks: mine.toReversed() };
        await storeFunctions(database(), { ...rest, ...turned }, new RememberedRanks());
      }),
    );
    const least = (i: number): string =>
      Array.from({ length: 16 }, (_, writer) => rankOfWriter(writer, i)).reduce(smallest);
    expect(await ranksFrom(5000)).toEqual(Array.from({ length: COUNT }, (_, i) => least(i)));
  });
});

/** The methods of a database that storing uses besides `collection`. */
function proxied(db: Db) {
  return { command: db.command.bind(db), writeConcern: db.writeConcern };
}
