import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nanoid } from 'nanoid';
import { z } from 'zod';
import { isLocked } from '../file-lock.js';
import { type Place, place } from './place.js';
import { fateOf, identify, type ProcessIdentity, stopProcess } from './process-identity.js';

/** In the order in which they are stopped. */
const SERVICES = ['mongodb', 'redis'] as const;
export type ServiceName = (typeof SERVICES)[number];

const serviceRecord = z.object({
  /** What serves it. */
  program: z.enum(['redis', 'mongod', 'ferretdb']),
  /** On 127.0.0.1. */
  port: z.int().positive(),
  /** Servers that a version without passwords started have none. */
  password: z.string().optional(),
  /** When, as an ISO date. */
  startedAt: z.string().optional(),
  /** Whether it has answered. */
  ready: z.boolean(),
  /** In the order in which they are stopped. */
  processes: z.array(
    z.object({
      pid: z.int().positive(),
      startTime: z.string(),
      place: place.optional(),
      stopSignal: z.enum(['SIGTERM', 'SIGINT']),
    }),
  ),
});

/** A server that aquasurf started, and everything needed to reach and stop it. */
export type ServiceRecord = z.infer<typeof serviceRecord>;

/**
 * What is known of the servers that aquasurf started for one data folder: a file for each server, and a file for each
 * user, named after a process. They hold passwords: only their owner reads them. All methods but the constructor are
 * called under the folder's lock.
 */
export class ServiceRecords {
  /** For `withFileLock`. */
  readonly lock: string;
  private readonly folder: string;
  private readonly users: string;

  constructor(dataDir: string) {
    this.folder = join(dataDir, 'services');
    this.lock = join(this.folder, 'lockfile');
    this.users = join(this.folder, 'users');
  }

  /** The file that a server of this name locks as long as it lives: there is never a second one for the same data. */
  lockOf(name: ServiceName): string {
    return join(this.folder, `${name}.lock`);
  }

  async read(name: ServiceName): Promise<ServiceRecord | undefined> {
    const text = await readFile(this.path(name), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    try {
      return serviceRecord.parse(JSON.parse(text));
    } catch {
      return undefined;
    }
  }

  /** Complete or not at all, whenever this process is killed. */
  async write(name: ServiceName, record: ServiceRecord): Promise<void> {
    const draft = `${this.path(name)}.${nanoid(6)}`;
    await writeFile(draft, `${JSON.stringify(record, undefined, 2)}\n`, { mode: 0o600 });
    await rename(draft, this.path(name));
  }

  async markReady(name: ServiceName): Promise<void> {
    const record = await this.read(name);
    if (record) await this.write(name, { ...record, ready: true });
  }

  /**
   * Stops what still runs of the server. Its address stays on record, to be taken again. One that may still run elsewhere,
   * out of reach, stays on record as it is.
   */
  async stop(name: ServiceName): Promise<void> {
    const record = await this.read(name);
    if (!record || record.processes.length === 0) return;
    for (const server of record.processes) await stopProcess(server, server.stopSignal);
    const fates = await Promise.all(record.processes.map(fateOf));
    if (fates.includes('unknown') && (await isLocked(this.lockOf(name)))) return;
    await this.write(name, { ...record, ready: false, processes: [] });
  }

  async stopAll(): Promise<void> {
    for (const name of SERVICES) await this.stop(name);
  }

  /** Notes this process as a user; gives the name to be passed to `removeUser`. */
  async addUser(): Promise<string> {
    await mkdir(this.users, { recursive: true, mode: 0o700 });
    const self = await identify(process.pid);
    const user = `${process.pid}-${self?.startTime ?? '0'}.${nanoid(6)}`;
    await writeFile(join(this.users, user), JSON.stringify(self?.place ?? null), { mode: 0o600 });
    return user;
  }

  async removeUser(user: string): Promise<void> {
    await rm(join(this.users, user), { force: true });
  }

  /** How many users live, or may live elsewhere; forgets those that ended without saying so. */
  async countUsers(): Promise<number> {
    const names = await readdir(this.users).catch(() => []);
    const used = await this.anyServerRuns();
    let count = 0;
    for (const name of names) {
      const user = await this.user(name);
      const fate = user ? await fateOf(user) : 'ended';
      // Without a server there is nothing that somebody elsewhere could still use.
      if (fate === 'running' || (fate === 'unknown' && used)) count += 1;
      else await this.removeUser(name);
    }
    return count;
  }

  private async anyServerRuns(): Promise<boolean> {
    const locked = await Promise.all(SERVICES.map((name) => isLocked(this.lockOf(name))));
    return locked.includes(true);
  }

  private async user(name: string): Promise<ProcessIdentity | undefined> {
    const [, pid, startTime] = /^(\d+)-(\d+)\./.exec(name) ?? [];
    if (pid === undefined || startTime === undefined) return undefined;
    const text = await readFile(join(this.users, name), 'utf8').catch(() => '');
    return { pid: Number(pid), startTime, place: placeFrom(text) };
  }

  private path(name: ServiceName): string {
    return join(this.folder, `${name}.json`);
  }
}

/** Undefined for a user of an earlier version, which wrote nothing into the file. */
function placeFrom(text: string): Place | undefined {
  try {
    return place.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
