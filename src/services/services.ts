import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, packageDir } from '../config.js';
import { AquasurfError, errorLine } from '../errors.js';
import { withFileLock } from '../file-lock.js';
import { mongodb } from './mongodb-server.js';
import { isRunning } from './process-identity.js';
import { redis } from './redis-server.js';
import type { ServerKind } from './server-kind.js';
import { becomesReady, listens } from './server-process.js';
import { type ServiceName, ServiceRecords } from './service-records.js';
import { shownUrl, withDatabase } from './service-url.js';

/** `url`: named by a variable; `localhost`: found there; `started`: by this or another aquasurf process, and shared. */
export type Origin = 'url' | 'localhost' | 'started';

export interface Services {
  redisUrl: string;
  /** With a database in its path. */
  mongodbUri: string;
  origin: Record<ServiceName, Origin>;
  /** This process needs them no longer. The last user stops the servers that aquasurf started, and only those. */
  close(): Promise<void>;
}

export interface FindServicesOptions {
  /** Start servers where none is found. */
  start: boolean;
  /** One line about what was skipped, started or installed. */
  notify: (line: string) => void;
  /** Gives up; what was started by then is stopped before the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** The ports on which servers of the user are looked for; false: none. @defaultValue 6379 and 27017 */
  localhost?: Record<ServiceName, number> | false;
}

interface Found {
  url: string;
  origin: Origin;
}

const URL_TIMEOUT_MS = 5_000;
const LOCALHOST_TIMEOUT_MS = 1_500;
const ADOPTION_TIMEOUT_MS = 20_000;
const DATABASE = 'aquasurf';
const KINDS: readonly ServerKind[] = [redis, mongodb];

/**
 * Finds a Redis and a MongoDB, each by the first of these that works: the URL in `config`; a server on localhost that
 * wants no password; a server that aquasurf started for the same data folder; one that it starts now.
 * @throws AquasurfError SERVICE_UNAVAILABLE, one line with the ways to get what is missing
 */
export async function findServices(config: Config, options: FindServicesOptions): Promise<Services> {
  const urls = { redis: config.redisUrl, mongodb: config.mongodbUri };
  const found = new Map<ServiceName, Found>();
  // Wrong URLs first: they are answered before anything is started for the other service.
  for (const kind of KINDS) {
    const url = urls[kind.name];
    if (url !== undefined) found.set(kind.name, await useUrl(kind, url));
  }
  for (const kind of KINDS) {
    if (found.has(kind.name) || options.localhost === false) continue;
    const port = options.localhost?.[kind.name] ?? kind.defaultPort;
    const local = await findLocal(kind, port, config, options.notify);
    if (local) found.set(kind.name, local);
  }
  const missing = KINDS.filter((kind) => !found.has(kind.name));
  if (missing.length === 0) return services(found, async () => undefined);

  const records = new ServiceRecords(config.dataDir);
  const locked = <T>(work: () => Promise<T>, signal?: AbortSignal) =>
    withFileLock(
      join(records.folder, 'lock'),
      { signal, onWait: () => options.notify('waiting for another aquasurf process that starts or stops the servers') },
      work,
    );
  const user = await locked(() => useOwn(missing, found, records, config, options), options.signal);
  let closing: Promise<void> | undefined;
  return services(found, () => {
    closing ??= locked(() => release(records, user));
    return closing;
  });
}

function services(found: Map<ServiceName, Found>, close: () => Promise<void>): Services {
  const { redis, mongodb } = Object.fromEntries(found) as Record<ServiceName, Found>;
  return {
    redisUrl: redis.url,
    mongodbUri: withDatabase(mongodb.url, DATABASE),
    origin: { redis: redis.origin, mongodb: mongodb.origin },
    close,
  };
}

async function useUrl(kind: ServerKind, url: string): Promise<Found> {
  const answer = await kind.ask(url, URL_TIMEOUT_MS);
  if (answer.usable) return { url, origin: 'url' };
  throw new AquasurfError(
    'SERVICE_UNAVAILABLE',
    `${kind.title} at ${shownUrl(url)} (from ${kind.variable}) ${answer.reason}; correct or unset ${kind.variable}`,
  );
}

async function findLocal(
  kind: ServerKind,
  port: number,
  config: Config,
  notify: (line: string) => void,
): Promise<Found | undefined> {
  if (!(await listens(port))) return undefined;
  const url = kind.url(port);
  const answer = await kind.ask(url, LOCALHOST_TIMEOUT_MS);
  if (answer.usable) {
    const own = join(config.dataDir, kind.folder);
    if (existsSync(own)) notify(`${kind.title}: using the server on localhost; data of earlier runs stay in ${own}`);
    return { url, origin: 'localhost' };
  }
  notify(`${kind.title}: the server on localhost:${port} ${answer.reason}; not used`);
  return undefined;
}

/** Adopts or starts what is missing, all or nothing; gives the name under which this process is noted as a user. */
async function useOwn(
  missing: readonly ServerKind[],
  found: Map<ServiceName, Found>,
  records: ServiceRecords,
  config: Config,
  options: FindServicesOptions,
): Promise<string> {
  const user = await records.addUser();
  const failures: string[] = [];
  try {
    for (const kind of missing) {
      const port = (await adopt(kind, records, options)) ?? (await start(kind, records, config, options, failures));
      if (port !== undefined) found.set(kind.name, { url: kind.url(port), origin: 'started' });
    }
    if (failures.length > 0) throw new AquasurfError('SERVICE_UNAVAILABLE', failures.join(' || '));
    return user;
  } catch (error) {
    await release(records, user);
    throw error;
  }
}

/** A server on record that lives and answers. One that does not answer, or is half there, is stopped. */
async function adopt(kind: ServerKind, records: ServiceRecords, { signal }: FindServicesOptions) {
  const record = await records.read(kind.name);
  const [first] = record?.processes ?? [];
  if (!record || !first) return undefined;
  const alive = (await Promise.all(record.processes.map(isRunning))).every(Boolean);
  const ready = async () => (await listens(record.port)) && (await kind.ask(kind.url(record.port), 2_000)).usable;
  if (alive && (await becomesReady(first, ready, { timeoutMs: ADOPTION_TIMEOUT_MS, signal }))) return record.port;
  await records.stop(kind.name);
  return undefined;
}

async function start(
  kind: ServerKind,
  records: ServiceRecords,
  config: Config,
  options: FindServicesOptions,
  failures: string[],
): Promise<number | undefined> {
  if (!options.start) {
    failures.push(
      `no ${kind.title}: ${kind.variable} is not set, none answers on localhost:${kind.defaultPort} and none runs for ` +
        `${config.dataDir}; start one with "aquasurf quickstart" or ${ways(kind)}`,
    );
    return undefined;
  }
  const previousPort = (await records.read(kind.name))?.port;
  try {
    const port = await kind.start({
      dataDir: config.dataDir,
      cacheDir: config.cacheDir,
      previousPort,
      notify: options.notify,
      signal: options.signal,
      record: (record) => records.write(kind.name, record),
    });
    options.notify(`${kind.title}: started on 127.0.0.1:${port}, data in ${join(config.dataDir, kind.folder)}`);
    return port;
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof AquasurfError)) throw error;
    failures.push(`no ${kind.title}: ${errorLine(error)}. Ways to get one: ${ways(kind)}`);
    return undefined;
  }
}

function ways(kind: ServerKind): string {
  const compose = `docker compose -f ${join(packageDir, 'infra/compose.yaml')} up -d ${kind.name}`;
  return [...kind.waysByHand, compose].join('; or ');
}

async function release(records: ServiceRecords, user: string): Promise<void> {
  await records.removeUser(user);
  if ((await records.countUsers()) > 0) return;
  for (const kind of KINDS) await records.stop(kind.name);
}
