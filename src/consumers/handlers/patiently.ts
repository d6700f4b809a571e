import pRetry from 'p-retry';
import { isDatabaseAway } from '../../store/mongo/database-away.js';

/**
 * Waits for a database that is away, as long as it takes: the results of a long training are not lost by that. Tried once
 * even when the signal is aborted.
 */
export async function patiently<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (signal.aborted || !isDatabaseAway(error)) throw error;
  }
  return pRetry(write, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 1000,
    maxTimeout: 10_000,
    signal,
    shouldRetry: ({ error }) => isDatabaseAway(error),
  });
}
