import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import type { FunctionBatch } from '../domain/enumeration/function-batch.js';
import type { AliasDoc, FunctionDoc } from './documents.js';
import { eachBatch, insertMissing } from './insert-missing.js';
import type { RememberedRanks } from './remembered-ranks.js';
import { retryConflicts } from './retry.js';
import { packVector } from './vectors.js';

/**
 * Inserts the functions that are new and lowers the rank of those that are there under a greater one. Only such cost an
 * update, which takes ten times as long as an insert; ranks only ever fall, so one that was read small enough is.
 * @param known what is surely in the database
 */
export async function storeFunctions(
  collection: Collection<FunctionDoc>,
  batch: FunctionBatch,
  known: RememberedRanks,
): Promise<void> {
  const groups = { new: [], smaller: [], greater: [], unclear: [] } as Record<
    ReturnType<RememberedRanks['compare']>,
    FunctionDoc[]
  >;
  batch.hashes.forEach((hash, i) => {
    const document = { _id: hash, rank: batch.ranks[i]!, usable: batch.usable[i]! };
    const outputs = batch.outputs?.[i];
    const group = known.compare(hash, document.rank);
    if (!outputs) groups[group].push(document);
    else groups[group === 'new' ? 'new' : 'unclear'].push({ ...document, outputs: packVector(outputs) });
  });
  // In the order of their hashes, which the index takes twice as fast.
  groups.new.sort((a, b) => (a._id < b._id ? -1 : 1));
  const present = await insertMissing(collection, groups.new);
  for (const { _id, rank } of groups.new) known.remember(_id, rank);
  await eachBatch(groups.smaller, async (some) => void (await lowerRanks(collection, some, known)));
  await eachBatch([...present, ...groups.unclear], (some) => lowerGreaterRanks(collection, some, known));
}

/** Lowers the ranks of those whose stored rank is greater, or that have outputs to be stored. */
async function lowerGreaterRanks(
  collection: Collection<FunctionDoc>,
  documents: FunctionDoc[],
  known: RememberedRanks,
): Promise<void> {
  const filter = { _id: { $in: documents.map(({ _id }) => _id) } };
  const stored = new Map<string, string>();
  for await (const { _id, rank } of collection.find(filter, { projection: { rank: 1 } })) {
    stored.set(_id, rank);
    known.remember(_id, rank);
  }
  const missing = documents.filter(({ _id }) => !stored.has(_id));
  await lowerRanks(
    collection,
    documents.filter(({ _id, rank, outputs }) => stored.has(_id) && (outputs || rank < stored.get(_id)!)),
    known,
  );
  // Gone since they were inserted: somebody dropped them.
  const again = await insertMissing(collection, missing);
  await lowerRanks(collection, again, known);
}

async function lowerRanks(
  collection: Collection<FunctionDoc>,
  documents: FunctionDoc[],
  known: RememberedRanks,
): Promise<void> {
  const updates = documents.map(
    ({ _id, rank, outputs }): AnyBulkWriteOperation<FunctionDoc> => ({
      updateOne: { filter: { _id }, update: { $min: { rank }, ...(outputs ? { $set: { outputs } } : {}) } },
    }),
  );
  if (updates.length > 0) await retryConflicts(() => collection.bulkWrite(updates, { ordered: false }));
  for (const { _id, rank } of documents) known.remember(_id, rank);
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
