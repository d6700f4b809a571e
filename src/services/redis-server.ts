import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { AquasurfError } from '../errors.js';
import { stopProcess } from './process-identity.js';
import { askRedis, isRecentRedis, OLDEST_REDIS } from './redis-answer.js';
import type { ServerKind, StartContext } from './server-kind.js';
import { becomesReady, choosePort, lastLine, listens, logTail, spawnServer } from './server-process.js';
import { straysIn } from './stray-servers.js';

const PROGRAM = 'redis-server';
/** Loading a large append-only file takes its time. */
const START_TIMEOUT_MS = 120_000;
/** Another process may take the port between its choice and its use. */
const PORT_ATTEMPTS = 3;

export const redis: ServerKind = {
  name: 'redis',
  title: 'Redis',
  variable: 'REDIS_URL',
  defaultPort: 6379,
  folder: 'redis',
  url: (port) => `redis://127.0.0.1:${port}`,
  ask: askRedis,
  start: startRedis,
  waysByHand: [
    'set REDIS_URL to redis://[user:password@]host:port',
    `install redis-server ${OLDEST_REDIS.join('.')} or newer (Debian: apt-get install redis-server)`,
  ],
};

async function startRedis(context: StartContext): Promise<number> {
  await provideProgram(context);
  const folder = join(context.dataDir, redis.folder);
  await mkdir(folder, { recursive: true });
  for (const stray of await straysIn(folder, PROGRAM)) await stopProcess(stray, 'SIGTERM');

  let port = await choosePort(context.previousPort);
  const log = join(context.dataDir, 'services', 'redis.log');
  for (let attempt = 1; ; attempt++) {
    context.signal?.throwIfAborted();
    const server = await spawnServer({ program: PROGRAM, args: redisArguments(port, folder), cwd: folder, log });
    await context.record({ program: 'redis', port, processes: [{ ...server, stopSignal: 'SIGTERM' }] });
    const ready = async () => (await listens(port)) && (await askRedis(redis.url(port), 2_000)).usable;
    if (await becomesReady(server, ready, { timeoutMs: START_TIMEOUT_MS, signal: context.signal })) return port;
    await stopProcess(server, 'SIGTERM');
    const said = await logTail(log);
    if (attempt === PORT_ATTEMPTS || !said.includes('Address already in use')) {
      throw new AquasurfError('SERVICE_UNAVAILABLE', `redis-server did not start: ${said || 'no output'}`);
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

async function provideProgram({ notify, signal }: StartContext): Promise<void> {
  const found = await installedVersion();
  if (found !== undefined && isRecentRedis(found)) return;
  const problem =
    found === undefined
      ? 'redis-server is not installed'
      : `redis-server ${found} is older than ${OLDEST_REDIS.join('.')}`;
  if (process.getuid?.() !== 0) throw new AquasurfError('SERVICE_UNAVAILABLE', problem);

  notify('Redis: installing redis-server with apt-get');
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'redis-server'],
  ]) {
    const result = await execa('apt-get', args, {
      reject: false,
      all: true,
      stdin: 'ignore',
      env: { DEBIAN_FRONTEND: 'noninteractive' },
      ...(signal ? { cancelSignal: signal } : {}),
    });
    signal?.throwIfAborted();
    // An update that fails for one source of packages need not matter: the installation decides.
    if (result.failed && args[0] === 'install') {
      const said = lastLine(result.all, 'it failed');
      throw new AquasurfError('SERVICE_UNAVAILABLE', `${problem}, and apt-get could not install it: ${said}`);
    }
  }
  const version = await installedVersion();
  if (version === undefined || !isRecentRedis(version)) throw new AquasurfError('SERVICE_UNAVAILABLE', problem);
}

async function installedVersion(): Promise<string | undefined> {
  const { stdout } = await execa(PROGRAM, ['--version'], { reject: false });
  return /v=(\S+)/.exec(stdout ?? '')?.[1];
}
