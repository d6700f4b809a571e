import type { Config } from '../config.js';
import { withFileLock } from '../file-lock.js';
import { checkAddress, checkNamedServer, type FoundServer, findLocalServer } from './foreign-servers.js';
import { mongodb } from './mongodb-server.js';
import { leaveOwnServers, useOwnServers } from './own-servers.js';
import { makePrivateFolders } from './private-folders.js';
import { redis } from './redis-server.js';
import type { ServerKind } from './server-kind.js';
import { type ServiceName, ServiceRecords } from './service-records.js';

/** `url`: named by a variable; `localhost`: found there; `started`: by this or another aquasurf process, and shared. */
type Origin = 'url' | 'localhost' | 'started';

interface Services {
  redisUrl: string;
  mongodbUri: string;
  /** Of Redis: see `redisConnection`. */
  withoutInfo: boolean;
  origin: Record<ServiceName, Origin>;
  /** This process needs them no longer. The last user stops the servers that aquasurf started, and only those. */
  close(): Promise<void>;
}

interface FindServicesOptions {
  /** Start servers where none is found. */
  start: boolean;
  /** One line about what was skipped, started or installed. */
  notify: (line: string) => void;
  /** Gives up; what was started by then is stopped before the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** The ports on which servers of the user are looked for; false: none. @defaultValue 6379 and 27017 */
  localhost?: Record<ServiceName, number> | false;
}

type Found = Map<ServiceName, FoundServer & { origin: Origin }>;

const KINDS: readonly ServerKind[] = [redis, mongodb];

/**
 * Finds a Redis and a MongoDB, each by the first of these that works: the URL in `config`; a server on localhost that
 * wants no password; a server that aquasurf started for the same data folder; one that it starts now.
 * @throws AquasurfError SERVICE_UNAVAILABLE, one line with the ways to get what is missing
 */
export async function findServices(config: Config, options: FindServicesOptions): Promise<Services> {
  const { notify, signal } = options;
  const { allowEviction } = config;
  const named = { redis: config.redisUrl, mongodb: config.mongodbUri };
  const found: Found = new Map();
  // Wrong URLs first: they are told before anything is asked or started.
  for (const kind of KINDS) checkAddress(kind, named[kind.name]);
  for (const kind of KINDS) {
    const url = named[kind.name];
    if (url === undefined) continue;
    const server = await checkNamedServer(kind, url, { notify, allowEviction });
    found.set(kind.name, { ...server, origin: 'url' });
  }
  for (const kind of KINDS) {
    if (found.has(kind.name) || options.localhost === false) continue;
    const port = options.localhost?.[kind.name] ?? kind.defaultPort;
    const server = await findLocalServer(kind, port, { dataDir: config.dataDir, notify, allowEviction });
    if (server) found.set(kind.name, { ...server, origin: 'localhost' });
  }
  const missing = KINDS.filter((kind) => !found.has(kind.name));
  if (missing.length === 0) return services(found, async () => undefined);

  await makePrivateFolders(config.dataDir, notify);
  const records = new ServiceRecords(config.dataDir);
  const onWait = () => notify('waiting for another aquasurf process that starts or stops the servers');
  const { urls, user } = await withFileLock(records.lock, { onWait, signal }, () =>
    useOwnServers(missing, records, { config, start: options.start, notify, signal }),
  );
  for (const [name, url] of urls) found.set(name, { url, withoutInfo: false, origin: 'started' });
  let closing: Promise<void> | undefined;
  return services(found, () => {
    closing ??= withFileLock(records.lock, { onWait }, () => leaveOwnServers(records, user));
    return closing;
  });
}

function services(found: Found, close: () => Promise<void>): Services {
  const { redis, mongodb } = Object.fromEntries(found) as Record<ServiceName, FoundServer & { origin: Origin }>;
  return {
    redisUrl: redis.url,
    mongodbUri: mongodb.url,
    withoutInfo: redis.withoutInfo,
    origin: { redis: redis.origin, mongodb: mongodb.origin },
    close,
  };
}
