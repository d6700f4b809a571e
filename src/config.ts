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
  /** `AQUASURF_CACHE`: programs and data sets shared by all projects of a user. Default `~/.cache/aquasurf`. */
  cacheDir: string;
  /** `LOG_LEVEL` of pino: trace, debug, info, warn, error, fatal, silent. Default `info`. */
  logLevel: string;
  /** `AQUASURF_BACKEND`: auto, tfjs-node-gpu, tfjs-node. Default `auto`. */
  backend: string;
  /** `AQUASURF_TOKEN`: needed to let the HTTP server listen on anything but the loopback interface. */
  token: string | undefined;
  /** The folder where `aquasurf.config.ts` is looked for: the working folder. */
  projectDir: string;
}

const emptyIsUnset = (value: unknown) => (value === '' ? undefined : value);
const environment = z.object({
  REDIS_URL: z.preprocess(
    emptyIsUnset,
    z.url({ protocol: /^rediss?$/, error: 'expected redis://[user:password@]host:port[/db]' }).optional(),
  ),
  MONGODB_URI: z.preprocess(
    emptyIsUnset,
    z
      .string()
      .regex(/^mongodb(\+srv)?:\/\/.+/, 'expected mongodb://host:port/database')
      .optional(),
  ),
  AQUASURF_DIR: z.preprocess(emptyIsUnset, z.string().default('.aquasurf')),
  AQUASURF_CACHE: z.preprocess(emptyIsUnset, z.string().optional()),
  XDG_CACHE_HOME: z.preprocess(emptyIsUnset, z.string().optional()),
  LOG_LEVEL: z.preprocess(
    emptyIsUnset,
    z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  ),
  AQUASURF_BACKEND: z.preprocess(emptyIsUnset, z.enum(['auto', 'tfjs-node-gpu', 'tfjs-node']).default('auto')),
  AQUASURF_TOKEN: z.preprocess(emptyIsUnset, z.string().min(16, 'use at least 16 characters').optional()),
});

/**
 * Reads and validates the environment.
 * @throws AquasurfError CONFIG_INVALID naming the variable (never its value: it may hold a password)
 */
export function loadConfig(env: Record<string, string | undefined> = process.env, cwd: string = process.cwd()): Config {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new AquasurfError('CONFIG_INVALID', `environment variable ${lines.join('; ')}`);
  }
  const value = parsed.data;
  return {
    redisUrl: value.REDIS_URL,
    mongodbUri: value.MONGODB_URI,
    dataDir: resolve(cwd, value.AQUASURF_DIR),
    cacheDir: value.AQUASURF_CACHE
      ? resolve(cwd, value.AQUASURF_CACHE)
      : join(value.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'aquasurf'),
    logLevel: value.LOG_LEVEL,
    backend: value.AQUASURF_BACKEND,
    token: value.AQUASURF_TOKEN,
    projectDir: cwd,
  };
}

/** Whether downloads go through a proxy, as the libraries that download see it. */
export const isBehindProxy = (env: Record<string, string | undefined> = process.env): boolean =>
  ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'].some((name) => emptyIsUnset(env[name]) !== undefined);

/** The folder of this package: the same from `src/` (tests) and from `dist/` (users). */
export const packageDir: string = fileURLToPath(new URL('..', import.meta.url));

/** A compiled program of this package that is run as a process or thread of its own, e.g. `compute/compute-main`. */
export const entryPoint = (name: string): string => join(packageDir, 'dist', `${name}.js`);
