import type { Config } from '../../config.js';
import { infoField, redisInfo } from '../../services/redis-answer.js';
import { redis } from '../../services/redis-server.js';
import { waysByHand } from '../../services/server-kind.js';
import { shownUrl } from '../../shown-url.js';
import { locateService } from '../servers/locate-service.js';
import { type Check, fail, ok, warn } from './check.js';
import { notFound } from './not-found.js';

const TIMEOUT_MS = 5_000;

/** Redis: reachable, recent enough, keeps its data on disk, and never evicts a job. */
export async function checkRedis(config: Config): Promise<Check> {
  const location = await locateService(redis, config);
  if (!location.answer.usable) return notFound(redis, config, location);
  const where = shownUrl(location.url);
  try {
    return judgeRedis(await redisInfo(location.url, TIMEOUT_MS), where);
  } catch (error) {
    return fail('Redis', `${where}: ${error instanceof Error ? error.message : error}`, waysByHand(redis));
  }
}

/** @param info what Redis answers to INFO */
export function judgeRedis(info: string, where: string): Check {
  const value = (key: string) => infoField(info, key);
  const policy = value('maxmemory_policy');
  const found = `${where}, version ${value('redis_version')}`;
  if (policy !== undefined && policy !== 'noeviction') {
    const mend = '`redis-cli config set maxmemory-policy noeviction`, and the same in redis.conf';
    return warn('Redis', `${found}; maxmemory-policy is ${policy}: it may drop jobs when memory runs short`, mend);
  }
  if (value('aof_enabled') === '0') {
    const mend = '`redis-cli config set appendonly yes`, and the same in redis.conf';
    return warn(
      'Redis',
      `${found}; appendonly is off: a crash loses queued jobs, which the reconciler must enqueue again`,
      mend,
    );
  }
  return ok('Redis', `${found}, appendonly, noeviction`);
}
