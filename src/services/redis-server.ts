import { redisUrlFault } from '../queues/redis-url.js';
import { askRedis, OLDEST_REDIS } from './redis-answer.js';
import { redisFromApt } from './redis-from-apt.js';
import { redisOnPath } from './redis-on-path.js';
import { REDIS_PROGRAMS, redisUrl } from './redis-process.js';
import { redisUnpacked } from './redis-unpacked.js';
import type { ServerKind } from './server-kind.js';

export const redis: ServerKind = {
  name: 'redis',
  title: 'Redis',
  variable: 'REDIS_URL',
  defaultPort: 6379,
  folder: 'redis',
  url: redisUrl,
  fault: redisUrlFault,
  ask: askRedis,
  programs: REDIS_PROGRAMS.map((name) => ({ name, folder: 'redis', stopSignal: 'SIGTERM' })),
  sources: () => [...REDIS_PROGRAMS.map(redisOnPath), redisFromApt, redisUnpacked],
  waysByHand: [
    'set REDIS_URL to redis://[user:password@]host:port',
    `install redis-server ${OLDEST_REDIS.join('.')} or newer (Debian: apt-get install redis-server), or valkey-server`,
  ],
};
