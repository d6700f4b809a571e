import type { RedisOptions } from 'ioredis';

/**
 * Errors by which a Redis says that it takes no writes at present, in the words of any version: some put the code at the
 * beginning, others, where a script met it, into the middle.
 *
 * - it is no primary (any more): READONLY, and UNBLOCKED for who was waiting when that came about;
 * - it has no room, on disk or in memory: MISCONF, OOM;
 * - it waits for its own kind: NOREPLICAS, MASTERDOWN, or it loads its data: LOADING.
 *
 * None of them is answered by a command (or script) that has changed something: it may be sent again.
 */
const REFUSED = /(?:^|[\s-])(READONLY|UNBLOCKED|MISCONF|OOM|NOREPLICAS|MASTERDOWN|LOADING)\s/;

/** Whether an error says that Redis refuses writes at present, rather than that the command is wrong. */
export const isRedisRefusal = (error: unknown): error is Error => error instanceof Error && REFUSED.test(error.message);

/**
 * What every connection to Redis that shall outlive its server's troubles is made of. A command that is refused is sent
 * again over a new connection, for behind the same address another server may be the primary by then: once a second, by
 * BullMQ's `retryStrategy`, until one takes it.
 * @param onRefusal told of each refusal, by its one-line reason
 */
export function redisConnection(url: string, onRefusal: (reason: string) => void = () => {}) {
  return {
    url,
    reconnectOnError: (error: Error) => {
      if (!isRedisRefusal(error)) return false;
      onRefusal(error.message);
      return 2;
    },
  } satisfies RedisOptions & { url: string };
}
