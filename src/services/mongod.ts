import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { askMongodb, OLDEST_MONGODB } from './mongodb-answer.js';
import { mongodbData } from './mongodb-data.js';
import { stopProcess } from './process-identity.js';
import { programVersion } from './program-version.js';
import type { StartContext } from './server-kind.js';
import { becomesReady, choosePort, listens, spawnServer, whyEnded } from './server-process.js';
import { unavailable } from './server-source.js';
import { straysIn } from './stray-servers.js';

const START_TIMEOUT_MS = 120_000;

/**
 * The version of a mongod.
 * @throws AquasurfError SERVICE_UNAVAILABLE for one that is missing, does not run or is too old
 */
export async function mongodVersion(program: string): Promise<string> {
  const version = await programVersion(program, /version v(\d+\.\S+)/);
  if (Number.parseInt(version, 10) >= Number.parseInt(OLDEST_MONGODB, 10)) return version;
  throw unavailable(`${program} ${version} is older than ${OLDEST_MONGODB}`);
}

/**
 * Starts a mongod on `<dataDir>/mongodb`; gives its port.
 * @throws AquasurfError SERVICE_UNAVAILABLE with what it said
 */
export async function startMongod(program: string, context: StartContext): Promise<number> {
  const { folder, engine } = mongodbData(context.dataDir);
  await mkdir(folder, { recursive: true });
  for (const stray of await straysIn(folder, 'mongod')) await stopProcess(stray, 'SIGTERM');
  const port = await choosePort(context.previousPort);
  const log = join(context.dataDir, 'services', 'mongodb.log');
  const server = await spawnServer({
    program,
    args: [
      ...['--dbpath', folder, '--storageEngine', 'wiredTiger'],
      ...['--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'],
    ],
    cwd: folder,
    log,
  });
  await context.record({ program: 'mongod', port, processes: [{ ...server, stopSignal: 'SIGTERM' }] });
  const ready = async () => (await listens(port)) && (await askMongodb(`mongodb://127.0.0.1:${port}`, 1_000)).usable;
  if (await becomesReady(server, ready, { timeoutMs: START_TIMEOUT_MS, signal: context.signal })) return port;
  await stopProcess(server, 'SIGTERM');
  // Nothing is in a database that never answered; what it began to write would keep other servers away from the folder.
  if (engine === undefined) await rm(folder, { recursive: true, force: true });
  throw unavailable(`${program} did not start: ${await whyEnded(log)}`);
}
