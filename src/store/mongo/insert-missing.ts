import {
  type Collection,
  type Db,
  type Document,
  MongoBulkWriteError,
  MongoServerError,
  type OptionalUnlessRequiredId,
} from 'mongodb';
import { retryConflicts } from './retry.js';

/** Documents in one command, and commands under way: more of either were no faster (docs/search-space.md). */
const BATCH = 5000;
const PARALLEL = 2;
const DUPLICATE_KEY = 11000;

/**
 * Inserts what is not there yet and leaves the rest alone: several times faster than upserts when most is new.
 * Each command has its documents in the order of their `_id`, so that two writers of the same ones seldom deadlock.
 * @returns the documents whose `_id` was there already, in the order of their `_id`
 */
export function insertMissing<T extends Document & { _id: string }>(
  collection: Collection<T>,
  documents: readonly T[],
): Promise<T[]> {
  return insertInBatches(documents, sortById, (batch) => duplicatesOfInsert(collection, batch));
}

/**
 * The same with half the work for driver and gateway, by the bare command: for documents of which 5,000 are together
 * below 16 MB, the limit of one. They go in the order given, and in that of their `_id` where that met another writer.
 */
export function insertSmallMissing<T extends Document & { _id: string }>(
  database: Db,
  name: string,
  documents: readonly T[],
): Promise<T[]> {
  return insertInBatches(documents, asGiven, (batch) => duplicatesOfCommand(database, name, batch));
}

/** Works on entries in batches, several at once. */
export async function eachBatch<T>(entries: readonly T[], work: (batch: T[]) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < entries.length) {
      const start = next;
      next += BATCH;
      await work(entries.slice(start, start + BATCH));
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, lane));
}

const asGiven = (): void => {};
/** Writers that take the same documents in one order do not deadlock. */
export const sortById = (documents: Array<{ _id: string }>): void =>
  void documents.sort((a, b) => (a._id < b._id ? -1 : 1));

async function insertInBatches<T extends { _id: string }>(
  documents: readonly T[],
  arrange: (batch: T[]) => void,
  duplicatesOf: (batch: T[]) => Promise<number[]>,
): Promise<T[]> {
  const present: T[] = [];
  await eachBatch(documents, async (batch) => {
    let order = arrange;
    const indexes = await retryConflicts(() => {
      order(batch);
      order = sortById;
      return duplicatesOf(batch);
    });
    for (const index of indexes) present.push(batch[index]!);
  });
  sortById(present);
  return present;
}

async function duplicatesOfInsert<T extends Document>(collection: Collection<T>, batch: T[]): Promise<number[]> {
  try {
    await collection.insertMany(batch as OptionalUnlessRequiredId<T>[], { ordered: false });
    return [];
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const failures = [error.writeErrors].flat();
    if (failures.length === 0 || failures.some((failure) => failure.code !== DUPLICATE_KEY)) throw error;
    return failures.map((failure) => failure.index);
  }
}

async function duplicatesOfCommand(database: Db, name: string, batch: readonly Document[]): Promise<number[]> {
  const { writeConcern } = database;
  const answer = await database.command({
    insert: name,
    documents: batch,
    ordered: false,
    ...(writeConcern ? { writeConcern } : {}),
  });
  if (answer.writeConcernError) throw new MongoServerError(answer.writeConcernError);
  const failures: Array<{ index: number; code: number; errmsg: string }> = answer.writeErrors ?? [];
  const other = failures.find(({ code }) => code !== DUPLICATE_KEY);
  if (other) throw new MongoServerError(other);
  return failures.map(({ index }) => index);
}
