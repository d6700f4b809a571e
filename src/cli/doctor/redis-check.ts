import type { Redis } from 'ioredis';
import type { Config } from '../../config.js';
import { errorLine } from '../../errors.js';
import { queuePrefix } from '../../queues/queues.js';
import { type LackingCommands, lackingCommands } from '../../queues/redis-commands.js';
import { redisRefusal } from '../../queues/redis-connection.js';
import { EVICTION_FIX, infoField, type RedisTold, tellAboutRedis, withRedis } from '../../services/redis-answer.js';
import { redis } from '../../services/redis-server.js';
import { waysByHand } from '../../services/server-kind.js';
import { shownUrl } from '../../shown-url.js';
import { DEFAULT_DATABASE, databaseOf, mongodbUriFault } from '../../store/mongo/mongodb-uri.js';
import { locateService } from '../servers/locate-service.js';
import { type Check, fail, ok, warn } from './check.js';
import { notFound } from './not-found.js';

const TIMEOUT_MS = 5_000;

/** What was found out about a Redis. */
interface RedisFindings extends RedisTold {
  lacking: LackingCommands;
  /** Why it takes no write; undefined where it does. */
  refusal: string | undefined;
}

/** Redis: reachable, recent enough, takes writes of this user, keeps its data on disk, and never evicts a job. */
export async function checkRedis(config: Config): Promise<Check> {
  const location = await locateService(redis, config);
  if (!location.answer.usable) return notFound(redis, config, location);
  const where = shownUrl(location.url);
  const uri = config.mongodbUri;
  // A wrong address is told by the check of MongoDB.
  const prefix = queuePrefix(uri && mongodbUriFault(uri) === undefined ? databaseOf(uri) : DEFAULT_DATABASE);
  try {
    const findings = await withRedis(location.url, TIMEOUT_MS, async (client) => ({
      ...(await tellAboutRedis(client)),
      lacking: await lackingCommands(client, prefix),
      refusal: await tryWrite(client, `${prefix}:doctor`),
    }));
    return judgeRedis(findings, where);
  } catch (error) {
    return fail('Redis', `${where}: ${errorLine(error)}`, waysByHand(redis));
  }
}

const tryWrite = (client: Redis, key: string): Promise<string | undefined> =>
  client.set(key, '', 'PX', 1000).then(
    () => undefined,
    (error: Error) => redisRefusal(error) ?? errorLine(error),
  );

export function judgeRedis({ info, policy, lacking, refusal }: RedisFindings, where: string): Check {
  const version = info === undefined ? 'unknown' : infoField(info, 'redis_version');
  const found = `${where}, version ${version}`;
  if (lacking.needed.length > 0) {
    const names = lacking.needed.join(', ');
    const grant = lacking.needed.map((name) => `+${name.toLowerCase()}`).join(' ');
    return fail(
      'Redis',
      `${found}; this user may not use ${names} on the keys of the queues`,
      `\`ACL SETUSER name ${grant} ~aquasurf-*\`, or +@all -@admin -@dangerous +info +client|list`,
    );
  }
  if (refusal !== undefined) {
    return fail('Redis', `${found}; it takes no writes: ${refusal}`, 'mend what it names; workers wait until it does');
  }
  if (policy !== undefined && policy !== 'noeviction') {
    return warn(
      'Redis',
      `${found}; maxmemory-policy is ${policy}: it may drop jobs when memory runs short`,
      EVICTION_FIX,
    );
  }
  if (lacking.hints.length > 0) {
    const names = lacking.hints.join(', ');
    const grant = lacking.hints.map((name) => `+${name.toLowerCase().replace(' ', '|')}`).join(' ');
    const cost = 'what they tell (its version and policy, whether workers run) stays unknown';
    return warn('Redis', `${found}; this user may not use ${names}: ${cost}`, `\`ACL SETUSER name ${grant}\``);
  }
  if (info !== undefined && infoField(info, 'aof_enabled') === '0') {
    const mend = '`redis-cli config set appendonly yes`, and the same in redis.conf';
    return warn(
      'Redis',
      `${found}; appendonly is off: a crash loses queued jobs, which the reconciler must enqueue again`,
      mend,
    );
  }
  return ok('Redis', `${found}, appendonly, noeviction`);
}
