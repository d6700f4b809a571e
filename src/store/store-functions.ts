import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import type { FunctionBatch } from '../domain/enumeration/function-batch.js';
import type { AliasDoc, FunctionDoc } from './documents.js';
import { eachBatch, insertMissing } from './insert-missing.js';
import type { RecentHashes } from './recent-hashes.js';
import { retryConflicts } from './retry.js';
import { packVector } from './vectors.js';

/**
 * Inserts the functions that are new and lowers the rank of those that are there under a greater one. Only such cost an
 * update, which takes several times as long as an insert; ranks only ever fall, so one that was read small enough is.
 * @param recent hashes that need not be tried as inserts first
 */
export async function storeFunctions(
  collection: Collection<FunctionDoc>,
  batch: FunctionBatch,
  recent: RecentHashes,
): Promise<void> {
  const documents = batch.hashes.map((hash, i): FunctionDoc => {
    const outputs = batch.outputs?.[i];
    const document = { _id: hash, rank: batch.ranks[i]!, usable: batch.usable[i]! };
    return outputs ? { ...document, outputs: packVector(outputs) } : document;
  });
  const likelyKnown = documents.filter(({ _id }) => recent.has(_id));
  const present = await insertMissing(
    collection,
    documents.filter(({ _id }) => !recent.has(_id)),
  );
  for (const { _id } of documents) recent.add(_id);

  const gone: FunctionDoc[] = [];
  await eachBatch([...present, ...likelyKnown], async (some) => {
    gone.push(...(await lowerRanks(collection, some)));
  });
  // Remembered, but not in the database: it is another one than we knew.
  const again = await insertMissing(collection, gone);
  await eachBatch(again, async (some) => void (await lowerRanks(collection, some)));
}

/** @returns the documents that are not there */
async function lowerRanks(collection: Collection<FunctionDoc>, documents: FunctionDoc[]): Promise<FunctionDoc[]> {
  const filter = { _id: { $in: documents.map(({ _id }) => _id) } };
  const stored = new Map<string, string>();
  for await (const { _id, rank } of collection.find(filter, { projection: { rank: 1 } })) stored.set(_id, rank);
  const updates: AnyBulkWriteOperation<FunctionDoc>[] = documents
    .filter(({ _id, rank, outputs }) => outputs || rank < stored.get(_id)!)
    .map(({ _id, rank, outputs }) => ({
      updateOne: { filter: { _id }, update: { $min: { rank }, ...(outputs ? { $set: { outputs } } : {}) } },
    }));
  if (updates.length > 0) await retryConflicts(() => collection.bulkWrite(updates, { ordered: false }));
  return documents.filter(({ _id }) => !stored.has(_id));
}

/** Inserts the names that are new; those that are there learn that they are in this space too. */
export async function storeAliases(
  collection: Collection<AliasDoc>,
  space: string,
  batch: FunctionBatch,
): Promise<void> {
  const spaces = [space];
  const documents = batch.names.map(
    (name, i): AliasDoc => ({ _id: name, hash: batch.hashes[batch.classOf[i]!]!, spaces }),
  );
  const present = await insertMissing(collection, documents);
  await eachBatch(present, async (some) => {
    const filter = { _id: { $in: some.map(({ _id }) => _id) } };
    const stored = new Map<string, AliasDoc>();
    for await (const alias of collection.find(filter)) stored.set(alias._id, alias);
    const updates = some.flatMap(({ _id, hash }): AnyBulkWriteOperation<AliasDoc>[] => {
      const known = stored.get(_id);
      if (known?.spaces.includes(space) && known.hash === hash) return [];
      const shared = known?.spaces.includes(space) ? {} : ({ shared: true } as const);
      return [{ updateOne: { filter: { _id }, update: { $set: { hash, ...shared }, $addToSet: { spaces: space } } } }];
    });
    if (updates.length > 0) await retryConflicts(() => collection.bulkWrite(updates, { ordered: false }));
  });
}
