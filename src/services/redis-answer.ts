import { Redis } from 'ioredis';
import { errorLine } from '../errors.js';
import { isForbidden } from '../queues/redis-connection.js';
import { redisDatabase } from '../queues/redis-url.js';
import type { Answer, Demands } from './server-kind.js';
import { unreachable } from './unreachable.js';

/** BullMQ's scripts need commands of this version. */
export const OLDEST_REDIS = [6, 2] as const;

/** Asks a Redis for its version, and whether it keeps what it is given. */
export async function askRedis(url: string, timeoutMs: number, demands: Demands = {}): Promise<Answer> {
  try {
    return answerOf(await withRedis(url, timeoutMs, tellAboutRedis), demands);
  } catch (error) {
    return explain(error instanceof Error ? error : new Error(String(error)));
  }
}

/** What a Redis says about itself (INFO) and its policy; undefined for what it does not tell this user. */
export interface RedisTold {
  info: string | undefined;
  policy: string | undefined;
}

export async function tellAboutRedis(client: Redis): Promise<RedisTold> {
  const info = await unlessForbidden(client.info());
  const told = info === undefined ? undefined : infoField(info, 'maxmemory_policy');
  if (told !== undefined) return { info, policy: told };
  const pair = await unlessForbidden(client.config('GET', POLICY) as Promise<string[]>);
  return { info, policy: pair?.[1] };
}

const POLICY = 'maxmemory-policy';

const unlessForbidden = <T>(answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: Error) => (isForbidden(error) ? undefined : Promise.reject(error)));

/**
 * Talks with a Redis over a connection that is not tried again.
 * @throws the first that it or the connection told
 */
export async function withRedis<T>(url: string, timeoutMs: number, talk: (client: Redis) => Promise<T>): Promise<T> {
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
    return await talk(client);
  } catch (error) {
    throw told ?? error;
  } finally {
    clearTimeout(tooLate);
    client.disconnect();
  }
}

function answerOf({ info, policy }: RedisTold, { allowEviction }: Demands): Answer {
  const version = info === undefined ? 'unknown' : infoField(info, 'redis_version');
  if (version === undefined) return refused('does not tell its version');
  if (info !== undefined && !isRecentRedis(version)) {
    return refused(`is version ${version}; ${OLDEST_REDIS.join('.')} or newer is needed`);
  }
  if (info !== undefined && infoField(info, 'loading') === '1') {
    return { usable: false, cause: 'starting', reason: 'is still loading its data' };
  }
  if (policy === undefined) {
    const remark = `does not tell this user its ${POLICY} (INFO, CONFIG GET): it must be noeviction, or jobs get lost`;
    return { usable: true, version, remarks: [remark], withoutInfo: info === undefined };
  }
  if (policy === 'noeviction') return { usable: true, version, withoutInfo: info === undefined };
  const may = `may drop jobs when memory runs short: its ${POLICY} is ${policy}`;
  if (!allowEviction) return refused(`${may}; ${EVICTION_FIX}, or go on with --allow-eviction`);
  return { usable: true, version, remarks: [`${may}; the reconciler asks for lost work again`], withoutInfo: true };
}

/** How a person makes it right. */
export const EVICTION_FIX = `\`redis-cli config set ${POLICY} noeviction\`, and the same in redis.conf`;

const refused = (reason: string): Answer => ({ usable: false, cause: 'refused', reason });

/** One of the `key:value` lines of INFO. */
export const infoField = (info: string, key: string): string | undefined =>
  new RegExp(`^${key}:(\\S+)`, 'm').exec(info)?.[1];

export function isRecentRedis(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST_REDIS[0] || (major === OLDEST_REDIS[0] && minor >= OLDEST_REDIS[1]);
}

function explain(error: Error): Answer {
  if (/^NOAUTH/.test(error.message)) return refused('needs a password');
  if (/^WRONGPASS|invalid password/.test(error.message)) return refused('refused the password: wrong user or password');
  if (/DB index|'select'|SELECT/.test(error.message)) {
    return refused(`does not have the database that the URL names: ${errorLine(error)}`);
  }
  if (/^Protocol error/.test(error.message)) return refused('is not a Redis: something else listens there');
  return unreachable(error);
}
