import { MongoServerSelectionError } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { lostDatabase } from '../../src/cli/servers/lost-server.js';

describe('a server that goes away while a command runs', () => {
  it('the database: is named instead of what the driver says; other errors are left alone', () => {
    const addresses = { mongodbUri: 'mongodb://user:secret@host:1/x' };
    const error = new MongoServerSelectionError('connect ECONNREFUSED', {} as never);
    expect(lostDatabase(error, addresses)?.message).toMatch(/^MongoDB at mongodb:\/\/host:1\/x no longer answers; /);
    expect(lostDatabase(new Error('other'), addresses)).toBeUndefined();
  });
});
