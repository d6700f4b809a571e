import pRetry from 'p-retry';
import { isDatabaseAway } from '../../store/mongo/database-away.js';

/** Waits for a database that is away, as long as it takes: the results of a long training are not lost by that. */
export function patiently<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return pRetry(write, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 1000,
    maxTimeout: 10_000,
    signal,
    shouldRetry: ({ error }) => isDatabaseAway(error),
  });
}
