import type { Db, IndexDescription } from 'mongodb';

/**
 * Every index, and with it the list of collections. Made before there is data (an index over many documents takes
 * minutes); making one that exists does nothing. A test explains the store's queries against them.
 */
const INDEXES: Record<string, IndexDescription[]> = {
  studies: [],
  spaces: [],
  ranges: [{ key: { space: 1, done: 1 } }],
  functions: [],
  // None over `spaces`: on a million names it would take more time than all the rest (docs/search-space.md).
  aliases: [{ key: { hash: 1, _id: 1 } }, { key: { shared: 1 }, partialFilterExpression: { shared: true } }],
  members: [{ key: { space: 1, digit: 1 } }],
  trials: [
    // A place in the search belongs to one trial: two claims of one slot cannot both succeed, whoever asks.
    {
      key: { study: 1, number: 1 },
      name: 'one-trial-a-number',
      unique: true,
      partialFilterExpression: { status: { $in: ['running', 'done'] } },
    },
    { key: { study: 1, status: 1, number: 1 } },
    { key: { study: 1, 'fisher.state': 1, status: 1, 'fisher.job': 1 } },
    { key: { status: 1, 'lease.expiresAt': 1 } },
  ],
  runs: [{ key: { study: 1, hash: 1 } }],
  retrainings: [{ key: { study: 1, state: 1 } }],
  failures: [{ key: { of: 1 } }],
  components: [{ key: { study: 1, chunk: 1, version: -1 } }, { key: { study: 1, version: 1 } }],
  embeddings: [{ key: { study: 1, chunk: 1, version: -1, createdAt: -1 } }, { key: { study: 1, version: 1, fit: 1 } }],
};

export async function createIndexes(database: Db): Promise<void> {
  for (const [collection, indexes] of Object.entries(INDEXES)) {
    if (indexes.length > 0) await database.collection(collection).createIndexes(indexes);
  }
}
