import { type Collection, type Document, MongoBulkWriteError, type OptionalUnlessRequiredId } from 'mongodb';
import { retryConflicts } from './retry.js';

const BATCH = 1000;

/**
 * Inserts what is not there yet and leaves the rest alone: several times faster than upserts when most is new.
 * Documents are taken in the order of their `_id`, so that two writers of the same ones do not deadlock.
 * @returns the documents whose `_id` was there already
 */
export async function insertMissing<T extends Document & { _id: string }>(
  collection: Collection<T>,
  documents: readonly T[],
): Promise<T[]> {
  const sorted = documents.toSorted((a, b) => (a._id < b._id ? -1 : 1));
  const present: T[] = [];
  for (let start = 0; start < sorted.length; start += BATCH) {
    const batch = sorted.slice(start, start + BATCH);
    const indexes = await retryConflicts(() => duplicatesOfInsert(collection, batch));
    for (const index of indexes) present.push(batch[index]!);
  }
  return present;
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
