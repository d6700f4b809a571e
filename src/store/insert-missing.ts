import { type Collection, type Document, MongoBulkWriteError, type OptionalUnlessRequiredId } from 'mongodb';
import { retryConflicts } from './retry.js';

/** Documents in one command, and commands under way: more of either were no faster (docs/search-space.md). */
const BATCH = 2000;
const PARALLEL = 2;

/**
 * Inserts what is not there yet and leaves the rest alone: several times faster than upserts when most is new.
 * Each command has its documents in the order of their `_id`, so that two writers of the same ones seldom deadlock.
 * @returns the documents whose `_id` was there already
 */
export async function insertMissing<T extends Document & { _id: string }>(
  collection: Collection<T>,
  documents: readonly T[],
): Promise<T[]> {
  const present: T[] = [];
  await eachBatch(documents, async (batch) => {
    batch.sort((a, b) => (a._id < b._id ? -1 : 1));
    const indexes = await retryConflicts(() => duplicatesOfInsert(collection, batch));
    for (const index of indexes) present.push(batch[index]!);
  });
  return present;
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

async function duplicatesOfInsert<T extends Document>(collection: Collection<T>, batch: T[]): Promise<number[]> {
  try {
    await collection.insertMany(batch as OptionalUnlessRequiredId<T>[], { ordered: false });
    return [];
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError)) throw error;
    const failures = [error.writeErrors].flat();
    if (failures.length === 0 || failures.some((failure) => failure.code !== 11000)) throw error;
    return failures.map((failure) => failure.index);
  }
}
