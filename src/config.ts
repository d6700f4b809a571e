import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { AquasurfError } from './errors.js';

/** Settings of one process. The only place that reads `process.env`; everything else takes what it needs as arguments. */
export interface Config {
  /** `REDIS_URL`: used as it is; without it a server is looked for, then started. */
  redisUrl: string | undefined;
  /** `MONGODB_URI`: used as it is; its path names the database (default `aquasurf`). */
  mongodbUri: string | undefined;
  /** `AQUASURF_DIR`: data and logs of servers that aquasurf starts itself. Default `.aquasurf` in the working folder. */
  dataDir: string;
  /** `AQUASURF_CACHE`: programs and data sets shared by all projects of a user. Default `~/.cache/aquasurf`; none without a home. */
  cacheDir: string | undefined;
  /** `LOG_LEVEL` of pino: trace, debug, info, warn, error, fatal, silent. Default `info`. */
  logLevel: string;
  /** `AQUASURF_BACKEND`: auto, tfjs-node-gpu, tfjs-node. Default `auto`. */
  backend: string;
  /** `AQUASURF_TOKEN`: needed to let the HTTP server listen on anything but the loopback interface. */
  token: string | undefined;
  /** `AQUASURF_ALLOW_EVICTION`, set by `--allow-eviction`: go on with a Redis that may drop jobs. */
  allowEviction: boolean;
  /** The folder where `aquasurf.config.ts` is looked for: the working folder. */
  projectDir: string;
}

/** A secret that comes from a file often ends in a line break, one that an editor wrote may begin with a mark of its order. */
const trimmed = (value: string | undefined) => value?.trim() || undefined;

/** Inside of a value nobody means them, and nobody sees them. */
const CONTROL_CHARACTER = /[\p{Cc}\p{Zl}\p{Zp}\uFEFF]/u;

const environment = z.object({
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: 'expected redis://[user:password@]host:port[/db]' }).optional(),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\/.+/, 'expected mongodb://host:port/database')
    .optional(),
  AQUASURF_DIR: z.string().default('.aquasurf'),
  AQUASURF_CACHE: z.string().optional(),
  XDG_CACHE_HOME: z.string().optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  AQUASURF_BACKEND: z.enum(['auto', 'tfjs-node-gpu', 'tfjs-node']).default('auto'),
  AQUASURF_ALLOW_EVICTION: z.enum(['0', '1']).default('0'),
  AQUASURF_TOKEN: z.string().min(16, 'use at least 16 characters').optional(),
});

/**
 * Reads and validates the environment.
 * @throws AquasurfError CONFIG_INVALID naming the variable (never its value: it may hold a password)
 */
export function loadConfig(
  env: Record<string, string | undefined> = process.env,
  cwd: string = workingFolder(),
): Config {
  const given = Object.fromEntries(Object.keys(environment.shape).map((name) => [name, trimmed(env[name])]));
  const hidden = Object.keys(given).filter((name) => CONTROL_CHARACTER.test(given[name] ?? ''));
  if (hidden.length > 0) {
    throw new AquasurfError(
      'CONFIG_INVALID',
      `environment variable ${hidden.join(', ')}: has a line break or another control character in it; write the value on one line`,
    );
  }
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new AquasurfError('CONFIG_INVALID', `environment variable ${lines.join('; ')}`);
  }
  const value = parsed.data;
  return {
    redisUrl: value.REDIS_URL,
    mongodbUri: value.MONGODB_URI,
    dataDir: resolve(cwd, value.AQUASURF_DIR),
    cacheDir: cacheDirOf(value, cwd),
    logLevel: value.LOG_LEVEL,
    backend: value.AQUASURF_BACKEND,
    token: value.AQUASURF_TOKEN,
    allowEviction: value.AQUASURF_ALLOW_EVICTION === '1',
    projectDir: cwd,
  };
}

function cacheDirOf(
  { AQUASURF_CACHE: own, XDG_CACHE_HOME: shared }: z.infer<typeof environment>,
  cwd: string,
): string | undefined {
  if (own) return resolve(cwd, own);
  if (shared) return resolve(cwd, shared, 'aquasurf');
  try {
    return homedir() ? resolve(cwd, homedir(), '.cache/aquasurf') : undefined;
  } catch {
    return undefined; // In a container a user may have neither HOME nor an entry in passwd.
  }
}

/**
 * A place in the cache. Work that keeps nothing there needs no home.
 * @throws AquasurfError CONFIG_INVALID if there is no cache
 */
export function cachePath(cacheDir: string | undefined, ...names: string[]): string {
  if (cacheDir !== undefined) return join(cacheDir, ...names);
  throw new AquasurfError(
    'CONFIG_INVALID',
    'there is no folder for what is downloaded, since this user has no home: set HOME or AQUASURF_CACHE',
  );
}

/** @throws AquasurfError CONFIG_INVALID if somebody has deleted it */
function workingFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    throw new AquasurfError('CONFIG_INVALID', 'the working folder does not exist any more: change into another one', {
      cause: error,
    });
  }
}

/** Whether downloads go through a proxy, as the libraries that download see it. */
export const isBehindProxy = (env: Record<string, string | undefined> = process.env): boolean =>
  ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].some((name) => trimmed(env[name]) !== undefined);

/** The folder of this package: the same from `src/` (tests) and from `dist/` (users). */
export const packageDir: string = fileURLToPath(new URL('..', import.meta.url));

/** A compiled program of this package that is run as a process or thread of its own, e.g. `compute/compute-main`. */
export const entryPoint = (name: string): string => join(packageDir, 'dist', `${name}.js`);
