import type { RedisOptions } from 'ioredis';

/**
 * How a Redis says that it takes no writes at present. Redis 7 puts the code first, older ones, where a script met it,
 * into the middle.
 *
 * - It is no primary (any more): READONLY, and UNBLOCKED for whoever waited when that came about.
 * - It has no room, on disk or in memory: MISCONF, OOM.
 * - It waits for others or for itself: NOREPLICAS, MASTERDOWN, LOADING, BUSY with a script.
 *
 * A command or script that is answered so has changed nothing: it may be sent again.
 */
const REFUSAL =
  /(?:^|[\s-])((?:READONLY|UNBLOCKED|MISCONF|OOM|NOREPLICAS|MASTERDOWN|LOADING|BUSY) .*?)\.?(?: script: .*)?$/s;

/** Why Redis refuses writes at present, in one line; undefined for every other error. */
export function redisRefusal(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return REFUSAL.exec(error.message)?.[1]?.split('\n', 1)[0];
}

/** Whether Redis refuses a command to this user, or to everybody: what some hosts do with commands about the server. */
export const isForbidden = (error: unknown): boolean =>
  error instanceof Error && /\bNOPERM\b|unknown (command|subcommand)/i.test(error.message);

/**
 * What each connection is made of that shall outlive the troubles of its Redis. A refused command is sent again over a new
 * connection, for behind the same address another server may be the primary by then: about once a second, until it is
 * taken.
 * @param onRefusal told why, each time
 * @param withoutInfo Redis is not asked what it is: the user may not (INFO), or has heard what it says (it drops jobs)
 */
export function redisConnection(url: string, onRefusal: (reason: string) => void = () => {}, withoutInfo = false) {
  return {
    url,
    ...(withoutInfo ? { enableReadyCheck: false, skipVersionCheck: true } : {}),
    reconnectOnError: (error: Error) => {
      const reason = redisRefusal(error);
      if (reason === undefined) return false;
      onRefusal(reason);
      return 2;
    },
  } satisfies RedisOptions & { url: string };
}
