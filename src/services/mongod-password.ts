import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { becomesFree } from './data-in-use.js';
import { OUR_USER } from './mongodb-user.js';
import { stopProcess } from './process-identity.js';
import { becomesReady, newPassword, spawnServer, whyEnded } from './server-process.js';
import { unavailable } from './server-source.js';

interface Mongod {
  program: string;
  /** Its data. */
  folder: string;
  lock: string;
  log: string;
  signal: AbortSignal | undefined;
}

const ROLES = ['readWriteAnyDatabase', 'dbAdminAnyDatabase', 'clusterMonitor'];
const TIMEOUT_MS = 120_000;

/** What every start of it has in common. */
export const dataArguments = (folder: string): string[] => ['--dbpath', folder, '--storageEngine', 'wiredTiger'];

/**
 * The password of our user on these data, kept beside them. Where there is none (new data, those of an earlier version,
 * a lost file), mongod runs for a moment without asking for one, to make the user: on a socket in a folder that only its
 * owner reaches, and on no port. MongoDB's own way, the first user from localhost, is open to every user of the machine.
 */
export async function mongodPassword(mongod: Mongod): Promise<string> {
  const file = join(mongod.folder, 'aquasurf.key');
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept !== undefined) return kept.trim();
  const password = newPassword();
  await withPrivateMongod(mongod, (client) => setPassword(client, password));
  await writeFile(`${file}.new`, `${password}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return password;
}

async function setPassword(client: MongoClient, pwd: string): Promise<void> {
  const admin = client.db('admin');
  const { users } = await admin.command({ usersInfo: OUR_USER });
  const there = Array.isArray(users) && users.length > 0;
  await admin.command({ [there ? 'updateUser' : 'createUser']: OUR_USER, pwd, roles: ROLES });
}

async function withPrivateMongod(mongod: Mongod, work: (client: MongoClient) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'aquasurf-')); // mode 0700, and short enough for the path of a socket
  const socket = join(folder, 'mongodb-27017.sock');
  const server = await spawnServer({
    ...mongod,
    args: [...dataArguments(mongod.folder), '--port', '27017', '--bind_ip', socket, '--unixSocketPrefix', folder],
    cwd: mongod.folder,
  });
  const client = new MongoClient(`mongodb://${encodeURIComponent(socket)}`, { directConnection: true });
  try {
    const ready = () => Promise.resolve(existsSync(socket));
    if (!(await becomesReady(server, ready, { timeoutMs: TIMEOUT_MS, signal: mongod.signal }))) {
      throw unavailable(`${mongod.program} did not start: ${await whyEnded(mongod.log)}`);
    }
    await work(client);
  } finally {
    await client.close();
    await stopProcess(server, 'SIGTERM');
    await becomesFree(mongod.lock, mongod.signal); // its last threads may hold the data a moment longer
    await rm(folder, { recursive: true, force: true });
  }
}
