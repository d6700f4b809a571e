import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { AquasurfError } from '../errors.js';
import { startFerretdb } from './ferretdb.js';
import { askMongodb, OLDEST_MONGODB } from './mongodb-answer.js';
import { stopProcess } from './process-identity.js';
import type { ServerKind, StartContext } from './server-kind.js';
import { becomesReady, choosePort, listens, logTail, spawnServer } from './server-process.js';
import { straysIn } from './stray-servers.js';

const START_TIMEOUT_MS = 120_000;

export const mongodb: ServerKind = {
  name: 'mongodb',
  title: 'MongoDB',
  variable: 'MONGODB_URI',
  defaultPort: 27017,
  folder: 'mongodb',
  url: (port) => `mongodb://127.0.0.1:${port}`,
  ask: askMongodb,
  start: async (context) => ((await hasMongod()) ? startMongod(context) : startFerretdb(context)),
  waysByHand: [
    'set MONGODB_URI to mongodb://[user:password@]host:port/database',
    `install MongoDB ${OLDEST_MONGODB} or newer so that mongod is on PATH`,
    'as root on Debian, with Go 1.25 or newer, let aquasurf build FerretDB',
  ],
};

async function hasMongod(): Promise<boolean> {
  const { stdout } = await execa('mongod', ['--version'], { reject: false });
  const major = Number(/v(\d+)\./.exec(stdout ?? '')?.[1]);
  return major >= Number(OLDEST_MONGODB.split('.')[0]);
}

async function startMongod(context: StartContext): Promise<number> {
  const folder = join(context.dataDir, mongodb.folder);
  await mkdir(folder, { recursive: true });
  for (const stray of await straysIn(folder, 'mongod')) await stopProcess(stray, 'SIGTERM');
  const port = await choosePort(context.previousPort);
  const log = join(context.dataDir, 'services', 'mongodb.log');
  const server = await spawnServer({
    program: 'mongod',
    args: ['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'],
    cwd: folder,
    log,
  });
  await context.record({ program: 'mongod', port, processes: [{ ...server, stopSignal: 'SIGTERM' }] });
  const ready = async () => (await listens(port)) && (await askMongodb(mongodb.url(port), 1_000)).usable;
  if (await becomesReady(server, ready, { timeoutMs: START_TIMEOUT_MS, signal: context.signal })) return port;
  await stopProcess(server, 'SIGTERM');
  throw new AquasurfError('SERVICE_UNAVAILABLE', `mongod did not start: ${(await logTail(log)) || 'no output'}`);
}
