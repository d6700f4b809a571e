import { MongoNetworkError, MongoServerError } from 'mongodb';
import { expect, it } from 'vitest';
import { isDatabaseAway } from '../../src/store/mongo/database-away.js';

const said = (message: string, code?: number, labels: string[] = []) =>
  new MongoServerError({ message, ...(code === undefined ? {} : { code }), errorLabels: labels });

it.each([
  ['the server is shutting down', 91],
  ['interrupted at shutdown', 11600],
  ['operation was interrupted', 11602],
  ['primary stepped down', 189],
  ['not primary', 10107],
  ['not primary and secondaryOk=false', 13435],
  ['node is recovering', 13436],
  ['the database system is in recovery mode', 1],
  ['FATAL: the database system is starting up (SQLSTATE 57P03)', 1],
  ['FATAL: the database system is shutting down', 1],
  ['terminating connection due to administrator command', 1],
  ['failed to connect to `host=127.0.0.1`: dial tcp 127.0.0.1:1: connect: connection refused', 1],
  ['unexpected EOF', 1],
  ['could not extend file: No space left on device (SQLSTATE 53100)', 1],
])('"%s" is said by a database that goes away or comes back', (message, code) => {
  expect(isDatabaseAway(said(message, code))).toBe(true);
});

it('so is what the server or the driver calls retryable, and a broken connection', () => {
  expect(isDatabaseAway(said('anything', 4711, ['RetryableWriteError']))).toBe(true);
  expect(isDatabaseAway(new MongoNetworkError('connection 3 to 127.0.0.1:1 closed'))).toBe(true);
});

it.each([
  ['Authentication failed.', 18],
  ['not authorized on aquasurf to execute command', 13],
  ['cannot execute INSERT in a read-only transaction (SQLSTATE 25006)', 1],
  ['duplicate key', 11000],
  ['deadlock detected', 1],
  ['never heard of', 4711],
])('"%s" is wrong for good', (message, code) => {
  expect(isDatabaseAway(said(message, code))).toBe(false);
});

it('so is what the driver lets through from its socket', () => {
  const error = Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' });
  expect(isDatabaseAway(error)).toBe(true);
});

it('other errors are not of the database', () => {
  expect(isDatabaseAway(new Error('the database system is starting up'))).toBe(false);
});
