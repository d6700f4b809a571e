import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { dataArguments, mongodPassword } from './mongod-password.js';
import { askMongodb, OLDEST_MONGODB } from './mongodb-answer.js';
import { mongodbData } from './mongodb-data.js';
import { mongodbUrl } from './mongodb-user.js';
import { stopProcess } from './process-identity.js';
import { programVersion } from './program-version.js';
import type { ServerAddress, StartContext } from './server-kind.js';
import { becomesReady, choosePort, listens, spawnServer, whyEnded } from './server-process.js';
import { unavailable } from './server-source.js';

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
 * Starts a mongod on `<dataDir>/mongodb`.
 * @throws AquasurfError SERVICE_UNAVAILABLE with what it said
 */
export async function startMongod(program: string, context: StartContext): Promise<ServerAddress> {
  const { folder, engine } = mongodbData(context.dataDir);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const log = join(context.dataDir, 'services', 'mongodb.log');
  const mongod = { program, folder, log, lock: context.lock, signal: context.signal };
  try {
    const address = { port: await choosePort(context.previous?.port), password: await mongodPassword(mongod) };
    const listening = ['--port', String(address.port), '--bind_ip', '127.0.0.1', '--nounixsocket'];
    const server = await spawnServer({
      ...mongod,
      args: [...dataArguments(folder), '--auth', ...listening],
      cwd: folder,
    });
    await context.record({ program: 'mongod', ...address, processes: [{ ...server, stopSignal: 'SIGTERM' }] });
    const ready = async () =>
      (await listens(address.port)) && (await askMongodb(mongodbUrl(address.port, address.password), 1_000)).usable;
    if (await becomesReady(server, ready, { timeoutMs: START_TIMEOUT_MS, signal: context.signal })) return address;
    await stopProcess(server, 'SIGTERM');
    throw unavailable(`${program} did not start: ${await whyEnded(log)}`);
  } catch (error) {
    // Nothing is in a database that never answered; what it began to write would keep other servers away from the folder.
    if (engine === undefined) await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
