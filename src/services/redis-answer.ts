import { Redis } from 'ioredis';
import { errorLine } from '../errors.js';
import { redisDatabase } from '../queues/redis-url.js';
import type { Answer } from './server-kind.js';

/** BullMQ's scripts need commands of this version. */
export const OLDEST_REDIS = [6, 2] as const;

/** Asks a Redis for its version. */
export async function askRedis(url: string, timeoutMs: number): Promise<Answer> {
  try {
    return answerOf(await redisInfo(url, timeoutMs));
  } catch (error) {
    return explain(error instanceof Error ? error : new Error(String(error)));
  }
}

/**
 * What a Redis says about itself (INFO).
 * @throws the first that it or the connection told
 */
export async function redisInfo(url: string, timeoutMs: number): Promise<string> {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    connectTimeout: timeoutMs,
  });
  // A refused password, host or connection is told by an event; `connect` then only says "Connection is closed."
  let told: Error | undefined;
  client.on('error', (error: Error) => {
    told ??= error;
  });
  const tooLate = setTimeout(() => {
    told ??= new Error(`no answer within ${timeoutMs / 1000} s`);
    client.disconnect();
  }, timeoutMs);
  try {
    await client.connect();
    // The client itself goes on in database 0 where the one it should take is refused.
    const database = redisDatabase(url);
    if (database !== 0) await client.select(database);
    return await client.info();
  } catch (error) {
    throw told ?? error;
  } finally {
    clearTimeout(tooLate);
    client.disconnect();
  }
}

function answerOf(info: string): Answer {
  const version = infoField(info, 'redis_version');
  if (version === undefined) return { usable: false, cause: 'refused', reason: 'does not tell its version' };
  if (!isRecentRedis(version)) {
    return {
      usable: false,
      cause: 'refused',
      reason: `is version ${version}; ${OLDEST_REDIS.join('.')} or newer is needed`,
    };
  }
  if (infoField(info, 'loading') === '1')
    return { usable: false, cause: 'starting', reason: 'is still loading its data' };
  return { usable: true, version };
}

/** One of the `key:value` lines of INFO. */
export const infoField = (info: string, key: string): string | undefined =>
  new RegExp(`^${key}:(\\S+)`, 'm').exec(info)?.[1];

export function isRecentRedis(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST_REDIS[0] || (major === OLDEST_REDIS[0] && minor >= OLDEST_REDIS[1]);
}

function explain(error: Error): Answer {
  const refused = (reason: string): Answer => ({ usable: false, cause: 'refused', reason });
  if (/^NOAUTH/.test(error.message)) return refused('needs a password');
  if (/^WRONGPASS|invalid password/.test(error.message)) return refused('refused the password: wrong user or password');
  if (/DB index|'select'|SELECT/.test(error.message)) {
    return refused(`does not have the database that the URL names: ${errorLine(error)}`);
  }
  if (/^Protocol error/.test(error.message)) return refused('is not a Redis: something else listens there');
  return { usable: false, cause: 'unreachable', reason: `cannot be reached: ${errorLine(error)}` };
}
