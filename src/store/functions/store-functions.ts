import type { AnyBulkWriteOperation, Collection, Db } from 'mongodb';
import type { FunctionBatch } from '../../domain/enumeration/function-batch.js';
import type { AliasDoc, FunctionDoc } from '../documents.js';
import { eachBatch, insertMissing, insertSmallMissing, sortById } from '../mongo/insert-missing.js';
import { retryConflicts } from '../mongo/retry.js';
import { packVector } from '../mongo/vectors.js';
import type { RememberedRanks } from './remembered-ranks.js';

/** Functions whose rank one statement lowers. */
const TOGETHER = 50;

/** Characters of a name from which on 5,000 documents may be too much for a command. */
const LONG = 1000;

/**
 * Inserts the functions that are new and lowers the rank of those that are there under a greater one. Only such cost an
 * update, which takes ten times as long as an insert; ranks only ever fall, so one that was read small enough is.
 * @param known what is surely in the database
 */
export async function storeFunctions(database: Db, batch: FunctionBatch, known: RememberedRanks): Promise<void> {
  const collection = database.collection<FunctionDoc>('functions');
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
  // They mostly come so. The index takes them twice as fast.
  for (const group of Object.values(groups)) sortById(group);
  const present = new Set(await insert(database, 'functions', groups.new));
  for (const document of groups.new) if (!present.has(document)) known.remember(document._id, document.rank);
  await eachBatch(groups.smaller, async (some) => void (await lowerRanks(collection, some, known)));
  const toCompare = [...present, ...groups.unclear];
  sortById(toCompare);
  await eachBatch(toCompare, (some) => lowerGreaterRanks(collection, some, known));
}

/** Whichever way of inserting the documents fit. */
function insert<T extends FunctionDoc | AliasDoc>(database: Db, name: string, documents: readonly T[]): Promise<T[]> {
  const areSmall = documents.every((document) => document._id.length < LONG && isSmall(document));
  return areSmall
    ? insertSmallMissing(database, name, documents)
    : insertMissing(database.collection<T>(name), documents);
}

const isSmall = (document: FunctionDoc | AliasDoc): boolean =>
  'hash' in document || (document.rank.length < LONG && document.outputs === undefined);

/** Lowers the ranks of those whose stored rank is greater, or that have outputs to be stored. */
async function lowerGreaterRanks(
  collection: Collection<FunctionDoc>,
  documents: FunctionDoc[],
  known: RememberedRanks,
): Promise<void> {
  const filter = { _id: { $in: documents.map(({ _id }) => _id) } };
  const stored = new Map<string, string | null | undefined>();
  for await (const { _id, rank } of collection.find(filter, { projection: { rank: 1 } })) {
    stored.set(_id, rank);
    if (rank) known.remember(_id, rank);
  }
  const missing = documents.filter(({ _id }) => !stored.has(_id));
  const isToFall = ({ _id, rank }: FunctionDoc): boolean => !stored.get(_id) || rank < stored.get(_id)!;
  await lowerRanks(
    collection,
    documents.filter((document) => stored.has(document._id) && (document.outputs || isToFall(document))),
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
  const withOutputs = documents.filter(({ outputs }) => outputs);
  const others = documents.filter(({ outputs }) => !outputs);
  const updates = withOutputs.map(
    ({ _id, rank, outputs }): AnyBulkWriteOperation<FunctionDoc> => ({
      updateOne: { filter: { _id }, update: { $min: { rank }, $set: { outputs: outputs! } } },
    }),
  );
  for (let begin = 0; begin < others.length; begin += TOGETHER) {
    updates.push({ updateMany: lowerTogether(others.slice(begin, begin + TOGETHER)) });
  }
  if (updates.length > 0) await retryConflicts(() => collection.bulkWrite(updates, { ordered: false }));
  for (const { _id, rank } of documents) known.remember(_id, rank);
}

/** Each with its own rank in one statement, of which the database executes more than four times as many a second. */
function lowerTogether(documents: readonly FunctionDoc[]) {
  const ids = documents.map(({ _id }) => _id);
  const ranks = documents.map(({ rank }) => rank);
  const mine = { $arrayElemAt: [{ $literal: ranks }, { $indexOfArray: [{ $literal: ids }, '$_id'] }] };
  return { filter: { _id: { $in: ids } }, update: [{ $set: { rank: { $min: ['$rank', mine] } } }] };
}

/** Inserts the names that are new; those that are there learn that they are in this space too. */
export async function storeAliases(database: Db, space: string, batch: FunctionBatch): Promise<void> {
  const collection = database.collection<AliasDoc>('aliases');
  const spaces = [space];
  const documents = batch.names.map(
    (name, i): AliasDoc => ({ _id: name, hash: batch.hashes[batch.classOf[i]!]!, spaces }),
  );
  const present = await insert(database, 'aliases', documents);
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
