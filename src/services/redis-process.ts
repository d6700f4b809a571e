import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { stopProcess } from './process-identity.js';
import { programVersion } from './program-version.js';
import { askRedis, isRecentRedis, OLDEST_REDIS } from './redis-answer.js';
import type { ServerAddress, StartContext } from './server-kind.js';
import { becomesReady, chooseAddress, listens, spawnServer, whyEnded } from './server-process.js';
import { unavailable } from './server-source.js';

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

export const redisUrl = (port: number, password?: string): string =>
  `redis://${password ? `:${password}@` : ''}127.0.0.1:${port}`;

/**
 * Starts a Redis on `<dataDir>/redis`.
 * @throws AquasurfError SERVICE_UNAVAILABLE with what it said
 */
export async function startRedis(program: string, context: StartContext): Promise<ServerAddress> {
  const folder = join(context.dataDir, 'redis');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  let address = await chooseAddress(context.previous);
  const log = join(context.dataDir, 'services', 'redis.log');
  for (let attempt = 1; ; attempt++) {
    context.signal?.throwIfAborted();
    const { port } = address;
    const input = redisSettings(address, folder);
    const server = await spawnServer({ program, args: ['-'], input, cwd: folder, log, lock: context.lock });
    await context.record({ program: 'redis', ...address, processes: [{ ...server, stopSignal: 'SIGTERM' }] });
    const ready = async () => (await listens(port)) && (await askRedis(redisUrl(port, address.password), 2_000)).usable;
    if (await becomesReady(server, ready, { timeoutMs: START_TIMEOUT_MS, signal: context.signal })) return address;
    await stopProcess(server, 'SIGTERM');
    const said = await whyEnded(log);
    if (attempt === PORT_ATTEMPTS || !said.includes('Address already in use')) {
      throw unavailable(`${program} did not start: ${said}`);
    }
    address = await chooseAddress(undefined);
  }
}

/** What may change the server's own rules, write other files than its own, or run code. */
const WITHHELD = ['config', 'acl', 'debug', 'module', 'replicaof', 'slaveof', 'migrate', 'cluster', 'failover'];

/**
 * Every acknowledged job is on disk within a second, and none is evicted when memory runs short (BullMQ demands it).
 * Whoever has the password may use the data and nothing else. That is said command by command, since 6.2 does not know
 * the settings of later versions that protect the server.
 */
function redisSettings({ port, password }: ServerAddress & { password: string }, folder: string): string {
  const hash = createHash('sha256').update(password).digest('hex');
  const rights = ['+@all', ...WITHHELD.map((command) => `-${command}`), '+config|get', '+acl|whoami'];
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${JSON.stringify(folder)}`,
    'appendonly yes',
    'maxmemory-policy noeviction',
    `user default on #${hash} ~* &* ${rights.join(' ')}`,
    '',
  ].join('\n');
}
