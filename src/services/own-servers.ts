import { join } from 'node:path';
import type { Config } from '../config.js';
import { AquasurfError, errorLine } from '../errors.js';
import { isRunning } from './process-identity.js';
import { type ServerKind, waysByHand } from './server-kind.js';
import { becomesReady, listens } from './server-process.js';
import { startByFirst } from './server-source.js';
import type { ServiceName, ServiceRecords } from './service-records.js';

// Everything here is called under the lock of the records' folder.

interface OwnServersOptions {
  config: Pick<Config, 'dataDir' | 'cacheDir'>;
  start: boolean;
  notify: (line: string) => void;
  signal: AbortSignal | undefined;
}

const ADOPTION_TIMEOUT_MS = 20_000;

interface OwnServers {
  urls: Map<ServiceName, string>;
  /** The name under which this process is noted as a user of them. */
  user: string;
}

/**
 * Adopts or starts a server of each kind, all or nothing.
 * @throws AquasurfError SERVICE_UNAVAILABLE with the ways to get what cannot be started
 */
export async function useOwnServers(
  kinds: readonly ServerKind[],
  records: ServiceRecords,
  options: OwnServersOptions,
): Promise<OwnServers> {
  const user = await records.addUser();
  const urls = new Map<ServiceName, string>();
  const failures: string[] = [];
  try {
    for (const kind of kinds) {
      try {
        const port = (await adopt(kind, records, options)) ?? (await start(kind, records, options));
        urls.set(kind.name, kind.url(port));
      } catch (error) {
        options.signal?.throwIfAborted();
        if (!(error instanceof AquasurfError)) throw error;
        failures.push(errorLine(error)); // and on: the person shall learn at once what is missing for both
      }
    }
    if (failures.length > 0) throw new AquasurfError('SERVICE_UNAVAILABLE', failures.join(' || '));
    return { urls, user };
  } catch (error) {
    await leaveOwnServers(records, user);
    throw error;
  }
}

/** This user needs them no longer; the last one stops them. */
export async function leaveOwnServers(records: ServiceRecords, user: string): Promise<void> {
  await records.removeUser(user);
  if ((await records.countUsers()) === 0) await records.stopAll();
}

/** The port of a server on record that lives and answers. One that does not, or is half there, is stopped. */
async function adopt(kind: ServerKind, records: ServiceRecords, { signal }: OwnServersOptions) {
  const record = await records.read(kind.name);
  const [first] = record?.processes ?? [];
  if (!record || !first) return undefined;
  // Not ready under the lock: its starter was killed while it waited.
  const alive = record.ready && (await Promise.all(record.processes.map(isRunning))).every(Boolean);
  const answers = async () => (await listens(record.port)) && (await kind.ask(kind.url(record.port), 2_000)).usable;
  if (alive && (await becomesReady(first, answers, { timeoutMs: ADOPTION_TIMEOUT_MS, signal }))) return record.port;
  await records.stop(kind.name);
  return undefined;
}

async function start(kind: ServerKind, records: ServiceRecords, options: OwnServersOptions): Promise<number> {
  const { config, notify, signal } = options;
  if (!options.start) {
    throw new AquasurfError(
      'SERVICE_UNAVAILABLE',
      `no ${kind.title}: ${kind.variable} is not set, none answers on localhost:${kind.defaultPort} and none runs for ` +
        `${config.dataDir}; start one with "aquasurf quickstart", or ${waysByHand(kind)}`,
    );
  }
  try {
    const port = await startByFirst(kind, {
      dataDir: config.dataDir,
      cacheDir: config.cacheDir,
      previousPort: (await records.read(kind.name))?.port,
      notify,
      signal,
      record: (server) => records.write(kind.name, { ...server, ready: false }),
    });
    await records.markReady(kind.name);
    notify(`${kind.title}: started on 127.0.0.1:${port}, data in ${join(config.dataDir, kind.folder)}`);
    return port;
  } catch (error) {
    if (!(error instanceof AquasurfError)) throw error;
    throw new AquasurfError(error.code, `no ${kind.title}: ${errorLine(error)}. Ways to get one: ${waysByHand(kind)}`, {
      cause: error,
    });
  }
}
