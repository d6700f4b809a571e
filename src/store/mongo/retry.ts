import { MongoBulkWriteError, MongoServerError } from 'mongodb';
import pRetry from 'p-retry';

/** Two writers met: MongoDB's WriteConflict. */
const WRITE_CONFLICT = 112;
const DUPLICATE_KEY = 11000;
/** FerretDB passes on what PostgreSQL says, under this code for findAndModify; only the message tells more. */
const INTERNAL_ERROR = 1;
/** PostgreSQL's deadlock: code 1 from findAndModify, another one (16908292) from updates. */
const DEADLOCK = 'deadlock detected';

/**
 * A unique index refused the write. FerretDB says 11000 for inserts and updates, but for findAndModify and for updates
 * that race it passes on PostgreSQL's words.
 */
export function isDuplicateKey(error: unknown): boolean {
  if (!(error instanceof MongoServerError)) return false;
  return (
    error.code === DUPLICATE_KEY || (error.code === INTERNAL_ERROR && error.message.includes('exclusion constraint'))
  );
}

/** The same operation may succeed when it is tried again. */
export function isConflict(error: unknown): boolean {
  if (error instanceof MongoBulkWriteError && [error.writeErrors].flat().some((e) => conflicts(e.code, e.errmsg))) {
    return true;
  }
  return error instanceof MongoServerError && conflicts(error.code, error.message);
}

function conflicts(code: unknown, message = ''): boolean {
  return code === WRITE_CONFLICT || message.includes(DEADLOCK);
}

/** Runs a write that others may be in the way of. It must be safe to run twice. */
export function retryConflicts<T>(operation: () => Promise<T>): Promise<T> {
  return retry(operation, isConflict);
}

/** Runs an upsert keyed by `_id`: of several that race, all but one fail with a duplicate key and must come again. */
export function retryUpsert<T>(operation: () => Promise<T>): Promise<T> {
  return retry(operation, (error) => isConflict(error) || isDuplicateKey(error));
}

function retry<T>(operation: () => Promise<T>, shouldRetry: (error: unknown) => boolean): Promise<T> {
  return pRetry(operation, {
    retries: 10,
    minTimeout: 5,
    maxTimeout: 500,
    factor: 2,
    randomize: true,
    shouldRetry: ({ error }) => shouldRetry(error),
  });
}
