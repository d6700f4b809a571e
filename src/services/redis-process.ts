import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stopProcess } from './process-identity.js';
import { programVersion } from './program-version.js';
import { askRedis, isRecentRedis, OLDEST_REDIS } from './redis-answer.js';
import type { StartContext } from './server-kind.js';
import { becomesReady, choosePort, listens, spawnServer, whyEnded } from './server-process.js';
import { unavailable } from './server-source.js';
import { straysIn } from './stray-servers.js';

/** Valkey is the free continuation of Redis 7.2: same protocol, same files. */
export const REDIS_PROGRAMS = ['redis-server', 'valkey-server'] as const;

/** Loading a large append-only file takes its time. */
const START_TIMEOUT_MS = 120_000;
/** Another process may take the port between its choice and its use. */
const PORT_ATTEMPTS = 3;

/**
 * The version of a redis-server or valkey-server.
 * @throws AquasurfError SERVICE_UNAVAILABLE for one that is missing, does not run or is too old
 */
export async function redisVersion(program: string): Promise<string> {
  const version = await programVersion(program, /v=(\S+)/);
  if (isRecentRedis(version)) return version;
  throw unavailable(`${program} ${version} is older than ${OLDEST_REDIS.join('.')}`);
}

/**
 * Starts a Redis on `<dataDir>/redis`; gives its port.
 * @throws AquasurfError SERVICE_UNAVAILABLE with what it said
 */
export async function startRedis(program: string, context: StartContext): Promise<number> {
  const folder = join(context.dataDir, 'redis');
  await mkdir(folder, { recursive: true });
  for (const name of REDIS_PROGRAMS) {
    for (const stray of await straysIn(folder, name)) await stopProcess(stray, 'SIGTERM');
  }

  let port = await choosePort(context.previousPort);
  const log = join(context.dataDir, 'services', 'redis.log');
  for (let attempt = 1; ; attempt++) {
    context.signal?.throwIfAborted();
    const server = await spawnServer({ program, args: redisArguments(port, folder), cwd: folder, log });
    await context.record({ program: 'redis', port, processes: [{ ...server, stopSignal: 'SIGTERM' }] });
    const ready = async () => (await listens(port)) && (await askRedis(`redis://127.0.0.1:${port}`, 2_000)).usable;
    if (await becomesReady(server, ready, { timeoutMs: START_TIMEOUT_MS, signal: context.signal })) return port;
    await stopProcess(server, 'SIGTERM');
    const said = await whyEnded(log);
    if (attempt === PORT_ATTEMPTS || !said.includes('Address already in use')) {
      throw unavailable(`${program} did not start: ${said}`);
    }
    port = await choosePort(undefined);
  }
}

/** Every acknowledged job is on disk within a second, and none is evicted when memory runs short (BullMQ demands it). */
function redisArguments(port: number, folder: string): string[] {
  return [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
    ...['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'],
  ];
}
