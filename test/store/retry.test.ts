import { MongoBulkWriteError, MongoServerError } from 'mongodb';
import { expect, test } from 'vitest';
import { isConflict, isDuplicateKey, retryConflicts, retryUpsert } from '../../src/store/mongo/retry.js';

const serverError = (code: number, message = 'refused') => new MongoServerError({ code, message });

/** Fails a number of times with the error, then gives how often it was called. */
function failing(times: number, error: Error) {
  let calls = 0;
  return async () => {
    calls += 1;
    if (calls <= times) throw error;
    return calls;
  };
}

test('what two writers do to each other is tried again', async () => {
  expect(await retryConflicts(failing(3, serverError(112)))).toBe(4);
  expect(await retryConflicts(failing(2, serverError(1, 'deadlock detected')))).toBe(3);
  expect(await retryConflicts(failing(2, serverError(16908292, 'deadlock detected')))).toBe(3);
  expect(await retryUpsert(failing(2, serverError(11000)))).toBe(3);
});

test('a deadlock of one document of a bulk write is tried again', async () => {
  const writeErrors = [{ index: 0, code: 1, errmsg: 'deadlock detected' }];
  const error = new MongoBulkWriteError({ message: 'bulk', writeErrors } as never, {} as never);
  expect(isConflict(error)).toBe(true);
});

test('other errors, and a duplicate key where it means something, come through at once', async () => {
  const operation = failing(1, serverError(13, 'not authorised'));
  await expect(retryUpsert(operation)).rejects.toMatchObject({ code: 13 });
  await expect(retryConflicts(failing(1, serverError(11000)))).rejects.toMatchObject({ code: 11000 });
  await expect(retryConflicts(failing(1, serverError(1, 'out of disk')))).rejects.toMatchObject({ code: 1 });
});

test('a duplicate key is known by its code, and on FerretDB by the words of PostgreSQL', () => {
  expect(isDuplicateKey(serverError(11000))).toBe(true);
  expect(
    isDuplicateKey(serverError(1, 'conflicting key value violates exclusion constraint "documents_rum_index_5"')),
  ).toBe(true);
  expect(isDuplicateKey(serverError(1))).toBe(false);
  expect(isDuplicateKey(new Error('11000'))).toBe(false);
});
