import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { cachePath, packageDir } from '../config.js';
import { whyFailed } from '../program-output.js';
import { type Plan, unavailable } from './server-source.js';

/** The folder of scripts and settings that build and run FerretDB. */
export const ferretdbInfra: string = join(packageDir, 'infra/ferretdb');

export interface FerretdbPrograms {
  gateway: string;
  /** A Debian root with PostgreSQL 18 and DocumentDB. */
  root: string;
}

interface ProvisionOptions {
  cacheDir: string | undefined;
  notify: (line: string) => void;
  signal: AbortSignal | undefined;
}

const placesIn = (cacheDir: string | undefined) => {
  const cache = cachePath(cacheDir, 'ferretdb');
  const root = join(cache, 'root-forky-pg18');
  const gateway = join(cache, 'ferretdb-v2.7.0/ferretdb');
  return { cache, root, gateway, complete: existsSync(root) && existsSync(gateway) };
};

/**
 * Whether FerretDB can run on this machine.
 * @throws AquasurfError SERVICE_UNAVAILABLE naming what is missing
 */
export async function planFerretdb(cacheDir: string | undefined): Promise<Plan> {
  await checkPrivileges();
  if (placesIn(cacheDir).complete) return { does: 'start FerretDB', provides: false };
  await checkBuildTools();
  return { does: 'build FerretDB and PostgreSQL from packages (once: 2 to 3 minutes, 550 MB)', provides: true };
}

/**
 * The programs behind our own MongoDB, built on first use (98 to 148 s, 554 MB) and shared by all projects.
 * @throws AquasurfError SERVICE_UNAVAILABLE naming the step that failed
 */
export async function provideFerretdb(options: ProvisionOptions): Promise<FerretdbPrograms> {
  const { cache, root, gateway, complete } = placesIn(options.cacheDir);
  if (!complete) await provision(cache, options);
  return { gateway, root };
}

async function checkPrivileges(): Promise<void> {
  if (process.platform !== 'linux') throw unavailable(`FerretDB runs on Linux only, this is ${process.platform}`);
  if (process.getuid?.() !== 0) throw unavailable('FerretDB needs root');
  const namespace = await execa('unshare', ['-m', '-n', '--propagation', 'private', 'true'], { reject: false });
  if (namespace.code === 'ENOENT') throw unavailable('FerretDB needs unshare (Debian: apt-get install util-linux)');
  if (namespace.failed) {
    throw unavailable(`FerretDB needs the right to mount (a container must be privileged): ${whyFailed(namespace)}`);
  }
}

async function checkBuildTools(): Promise<void> {
  const apt = await execa('apt-get', ['--version'], { reject: false });
  if (apt.failed) throw unavailable('FerretDB needs apt-get to be built');
}

/**
 * Runs the script in a session of its own, so that giving up ends all of its programs at once, and so that a build
 * whose starter was killed goes on to its end for the next one to use.
 */
async function provision(cache: string, { notify, signal }: ProvisionOptions): Promise<void> {
  const script = execa('bash', [join(ferretdbInfra, 'provision.sh'), cache], {
    reject: false,
    detached: true,
    cleanup: false,
    stdin: 'ignore',
  });
  const stop = () => {
    if (script.pid !== undefined) process.kill(-script.pid, 'SIGTERM');
  };
  signal?.addEventListener('abort', stop, { once: true });
  const started = performance.now();
  const elapsed = () => `${Math.round((performance.now() - started) / 1000)} s`;
  const ticking = setInterval(() => notify(`MongoDB: still building after ${elapsed()}`), 20_000);
  try {
    for await (const line of script) notify(`MongoDB: ${line}`);
    const result = await script;
    signal?.throwIfAborted();
    if (result.failed) throw unavailable(`FerretDB could not be built: ${whyFailed(result)}`);
    notify(`MongoDB: built in ${elapsed()}`);
  } finally {
    clearInterval(ticking);
    signal?.removeEventListener('abort', stop);
  }
}
