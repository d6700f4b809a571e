import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { inject } from 'vitest';
import { queuePrefix } from '../../src/queues/queues.js';

export interface TestServices {
  redisUrl: string;
  /** Names a database that nobody else uses; queues take their prefix from it, so they are nobody else's too. */
  mongodbUri: string;
  /** Drops the database and its queues. What is not dropped goes when the next run starts. */
  drop: () => Promise<void>;
}

/** The servers that the tests run on, with a new database at each call. */
export function testServices(): TestServices {
  const redisUrl = inject('redisUrl');
  const database = `test-${randomBytes(6).toString('hex')}`;
  const uri = new URL(inject('mongodbUri'));
  uri.pathname = `/${database}`;
  const mongodbUri = uri.href;
  return {
    redisUrl,
    mongodbUri,
    drop: async () => {
      await dropDatabase(mongodbUri);
      await dropQueues(redisUrl, queuePrefix(database));
    },
  };
}

async function dropDatabase(uri: string): Promise<void> {
  const client = new MongoClient(uri);
  try {
    await client.db().dropDatabase();
  } finally {
    await client.close();
  }
}

async function dropQueues(url: string, prefix: string): Promise<void> {
  const client = new Redis(url);
  try {
    const keys = await client.keys(`${prefix}:*`);
    if (keys.length > 0) await client.unlink(keys);
  } finally {
    client.disconnect();
  }
}
