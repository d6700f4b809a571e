import { join } from 'node:path';
import type { Config } from '../config.js';
import { AquasurfError, errorLine } from '../errors.js';
import { isLocked } from '../file-lock.js';
import { becomesFree, dataInUse } from './data-in-use.js';
import { sharesPorts } from './place.js';
import { fateOf, stopProcess } from './process-identity.js';
import { type ServerAddress, type ServerKind, waysByHand } from './server-kind.js';
import { becomesReady, listens } from './server-process.js';
import { startByFirst } from './server-source.js';
import type { ServiceName, ServiceRecords } from './service-records.js';
import { straysIn } from './stray-servers.js';

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
  await records.countUsers(); // forgets those that ended together with their servers
  const user = await records.addUser();
  const urls = new Map<ServiceName, string>();
  const failures: string[] = [];
  try {
    for (const kind of kinds) {
      try {
        const address = (await adopt(kind, records, options)) ?? (await start(kind, records, options));
        urls.set(kind.name, kind.url(address.port, address.password));
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

/** A server on record that lives and answers. One that does not, or is half there, is stopped. */
async function adopt(
  kind: ServerKind,
  records: ServiceRecords,
  { signal }: OwnServersOptions,
): Promise<ServerAddress | undefined> {
  const record = await records.read(kind.name);
  const [first] = record?.processes ?? [];
  if (!record || !first) return undefined;
  const fates = await Promise.all(record.processes.map(fateOf));
  const answers = async () =>
    (await listens(record.port)) && (await kind.ask(kind.url(record.port, record.password), 2_000)).usable;
  // Not ready under the lock: its starter was killed while it waited.
  if (record.ready && fates.every((fate) => fate === 'running')) {
    if (await becomesReady(first, answers, { timeoutMs: ADOPTION_TIMEOUT_MS, signal })) return record;
  } else if (record.ready && !fates.includes('ended') && (await sharesPorts(first.place))) {
    // Of another container on this machine's network: nobody else can listen where it does as long as it lives.
    if ((await isLocked(records.lockOf(kind.name))) && (await answers())) return record;
  }
  await records.stop(kind.name);
  return undefined;
}

async function start(kind: ServerKind, records: ServiceRecords, options: OwnServersOptions): Promise<ServerAddress> {
  const { config, notify, signal } = options;
  const lock = records.lockOf(kind.name);
  const before = await records.read(kind.name);
  if (options.start) await stopStrays(kind, config.dataDir);
  if (!(await becomesFree(lock, signal))) throw dataInUse(kind, before, config.dataDir);
  if (!options.start) {
    throw new AquasurfError(
      'SERVICE_UNAVAILABLE',
      `no ${kind.title}: ${kind.variable} is not set, none answers on localhost:${kind.defaultPort} and none runs for ` +
        `${config.dataDir}; start one with "aquasurf quickstart", or ${waysByHand(kind)}`,
    );
  }
  try {
    const address = await startByFirst(kind, {
      dataDir: config.dataDir,
      cacheDir: config.cacheDir,
      previous: before,
      notify,
      signal,
      lock,
      record: (server) => records.write(kind.name, { ...server, startedAt: new Date().toISOString(), ready: false }),
    });
    await records.markReady(kind.name);
    notify(`${kind.title}: started on 127.0.0.1:${address.port}, data in ${join(config.dataDir, kind.folder)}`);
    return address;
  } catch (error) {
    if (!(error instanceof AquasurfError)) throw error;
    throw new AquasurfError(error.code, `no ${kind.title}: ${errorLine(error)}. Ways to get one: ${waysByHand(kind)}`, {
      cause: error,
    });
  }
}

async function stopStrays(kind: ServerKind, dataDir: string): Promise<void> {
  for (const { name, folder, stopSignal } of kind.programs) {
    for (const stray of await straysIn(join(dataDir, folder), name)) await stopProcess(stray, stopSignal);
  }
}
