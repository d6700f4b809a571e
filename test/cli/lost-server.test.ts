import { MongoServerSelectionError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { answerOfRedis, lostDatabase } from '../../src/cli/servers/lost-server.js';

describe('a server that goes away while a command runs', () => {
  it('Redis: is told after the patience, where its client would wait for ever', async () => {
    const never = new Promise<number>(() => {});
    await expect(answerOfRedis(never, 'redis://user:secret@host:1', 20)).rejects.toThrow(
      /^Redis at redis:\/\/host:1 no longer answers; .*run the same command again/,
    );
    await expect(answerOfRedis(Promise.resolve(3), 'redis://host:1', 20)).resolves.toBe(3);
  });

  it('the database: is named instead of what the driver says; other errors are left alone', () => {
    const addresses = { mongodbUri: 'mongodb://user:secret@host:1/x' };
    const error = new MongoServerSelectionError('connect ECONNREFUSED', {} as never);
    expect(lostDatabase(error, addresses)?.message).toMatch(/^MongoDB at mongodb:\/\/host:1\/x no longer answers; /);
    expect(lostDatabase(new Error('other'), addresses)).toBeUndefined();
  });
});
