import { createHash } from 'node:crypto';
import type { Document } from 'mongodb';
import type { Store } from './store.js';

/** What populating leaves behind. Spaces and ranges keep generations besides, which tell what was asked for again. */
const COLLECTIONS: Readonly<Record<string, readonly string[]>> = {
  functions: ['_id', 'rank', 'usable', 'outputs'],
  aliases: ['_id', 'hash', 'spaces', 'shared'],
  members: ['_id', 'space', 'digit', 'names', 'usable', 'unusable'],
  spaces: ['_id', 'operators', 'operatorSource', 'schema', 'order', 'sample', 'names', 'size', 'state'],
  ranges: ['_id', 'space', 'from', 'to', 'done'],
};
const BITS = 128;

export interface PopulationChecksum {
  /** 32 hex digits, independent of the order of documents and of what is in their arrays. */
  checksum: string;
  /** Documents of each collection. */
  counts: Record<string, number>;
}

/**
 * A checksum over all documents that populating wrote: the sum, modulo 2¹²⁸, of a SHA-256 of each. Two databases in which
 * the same spaces were populated have the same, whatever happened on the way. Reads everything: 10 s for a million names.
 */
export async function populationChecksum(store: Store): Promise<PopulationChecksum> {
  const database = store.client.db(store.database);
  const counts: Record<string, number> = {};
  let sum = 0n;
  for (const [collection, fields] of Object.entries(COLLECTIONS)) {
    counts[collection] = 0;
    for await (const document of database.collection(collection).find({}, { batchSize: 10_000 })) {
      counts[collection]++;
      const text = JSON.stringify([collection, ...fields.map((field) => canonical(document[field]))]);
      sum += BigInt(
        `0x${createHash('sha256')
          .update(text)
          .digest('hex')
          .slice(0, BITS / 4)}`,
      );
    }
  }
  const checksum = BigInt.asUintN(BITS, sum);
  return { checksum: checksum.toString(16).padStart(BITS / 4, '0'), counts };
}

const canonical = (value: unknown): unknown =>
  Array.isArray(value) ? [...value].sort() : ((value as Document | undefined) ?? null);
