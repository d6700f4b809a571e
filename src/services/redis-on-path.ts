import { redisVersion, startRedis } from './redis-process.js';
import type { ServerSource } from './server-source.js';

/** A program that is installed on this machine. */
export const redisOnPath = (program: string): ServerSource => ({
  plan: async () => ({ does: `start ${program} ${await redisVersion(program)}`, provides: false }),
  start: (context) => startRedis(program, context),
});
