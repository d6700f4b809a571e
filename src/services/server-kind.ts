import { join } from 'node:path';
import { packageDir } from '../config.js';
import type { ServerSource } from './server-source.js';
import type { ServiceName, ServiceRecord } from './service-records.js';

/** What a server answers to a first question. `reason` completes "Redis at ADDRESS ...", e.g. "needs a password". */
export type Answer =
  | {
      usable: true;
      version: string;
      /** What its user should know, to be told once. */
      remarks?: readonly string[];
      /** It must not be asked again what it is: see `redisConnection`. */
      withoutInfo?: boolean;
    }
  | { usable: false; reason: string; cause: 'unreachable' | 'starting' | 'refused' };

/** What is asked of a server that others run. */
export interface Demands {
  /** A Redis that may drop jobs can be used, too. @defaultValue false */
  allowEviction?: boolean;
}

/** Where a server of our own listens (on 127.0.0.1), and what it asks for. */
export interface ServerAddress {
  port: number;
  /** Undefined for a server of somebody else's, or of an earlier version. */
  password?: string | undefined;
}

export interface StartContext {
  /** The servers' data live in folders of this one. */
  dataDir: string;
  /** Programs shared by all projects. */
  cacheDir: string | undefined;
  /** That of the last time, taken again if its port is free: those who knew it then find the server again. */
  previous: ServerAddress | undefined;
  notify: (line: string) => void;
  signal: AbortSignal | undefined;
  /** To be locked by the server: see `ServerCommand`. */
  lock: string;
  /** Called as soon as processes exist, so that they can be found and stopped whatever happens next. */
  record: (server: Omit<ServiceRecord, 'ready' | 'startedAt'>) => Promise<void>;
}

/** What differs between Redis and MongoDB. How they are found, shared and stopped is the same for both. */
export interface ServerKind {
  name: ServiceName;
  title: 'Redis' | 'MongoDB';
  /** The environment variable that names a server. */
  variable: 'REDIS_URL' | 'MONGODB_URI';
  defaultPort: number;
  /** Folder in the data folder, e.g. `redis`. */
  folder: string;
  url: (port: number, password?: string) => string;
  /** What is wrong with a URL, whatever answers there; it completes "Redis at ADDRESS ...". */
  fault: (url: string) => string | undefined;
  /** One real conversation within `timeoutMs`; never throws. */
  ask: (url: string, timeoutMs: number, demands?: Demands) => Promise<Answer>;
  /** The programs that may work on its data: how each is called, where in the data folder it works, how it is ended. */
  programs: ReadonlyArray<{ name: string; folder: string; stopSignal: 'SIGTERM' | 'SIGINT' }>;
  /** The ways to get a server of our own, best first. */
  sources: (dataDir: string) => readonly ServerSource[];
  /** Ways to get one by hand, e.g. "apt-get install redis-server". */
  waysByHand: readonly string[];
}

/** All that a person can do to have a server of this kind, in one line. */
export function waysByHand(kind: ServerKind): string {
  const compose = `docker compose -f ${join(packageDir, 'infra/compose.yaml')} up -d ${kind.name}`;
  return [...kind.waysByHand, compose].join('; or ');
}
