import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nanoid } from 'nanoid';
import { z } from 'zod';
import { identify, isRunning, type ProcessIdentity, stopProcess } from './process-identity.js';

export type ServiceName = 'redis' | 'mongodb';

const serviceRecord = z.object({
  /** What serves it. */
  program: z.enum(['redis', 'mongod', 'ferretdb']),
  /** On 127.0.0.1. */
  port: z.int().positive(),
  /** Whether it has answered. */
  ready: z.boolean(),
  /** In the order in which they are stopped. */
  processes: z.array(
    z.object({
      pid: z.int().positive(),
      startTime: z.string(),
      stopSignal: z.enum(['SIGTERM', 'SIGINT']),
    }),
  ),
});

/** A server that aquasurf started, and everything needed to stop it. */
export type ServiceRecord = z.infer<typeof serviceRecord>;

/**
 * What is known of the servers that aquasurf started for one data folder: a file for each server, and a file for each
 * user, named after a process. All methods but the constructor are called under the folder's lock.
 */
export class ServiceRecords {
  /** For `withFileLock`. */
  readonly lock: string;
  private readonly folder: string;
  private readonly users: string;

  constructor(dataDir: string) {
    this.folder = join(dataDir, 'services');
    this.lock = join(this.folder, 'lock');
    this.users = join(this.folder, 'users');
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
    await writeFile(draft, `${JSON.stringify(record, undefined, 2)}\n`);
    await rename(draft, this.path(name));
  }

  async markReady(name: ServiceName): Promise<void> {
    const record = await this.read(name);
    if (record) await this.write(name, { ...record, ready: true });
  }

  /** Stops what still runs of the server. Its port stays on record, to be taken again. */
  async stop(name: ServiceName): Promise<void> {
    const record = await this.read(name);
    if (!record || record.processes.length === 0) return;
    for (const server of record.processes) await stopProcess(server, server.stopSignal);
    await this.write(name, { ...record, ready: false, processes: [] });
  }

  async stopAll(): Promise<void> {
    for (const name of ['mongodb', 'redis'] as const) await this.stop(name);
  }

  /** Notes this process as a user; gives the name to be passed to `removeUser`. */
  async addUser(): Promise<string> {
    await mkdir(this.users, { recursive: true });
    const self = await identify(process.pid);
    const user = `${process.pid}-${self?.startTime ?? '0'}.${nanoid(6)}`;
    await writeFile(join(this.users, user), '');
    return user;
  }

  async removeUser(user: string): Promise<void> {
    await rm(join(this.users, user), { force: true });
  }

  /** How many users still live; forgets those that ended without saying so. */
  async countUsers(): Promise<number> {
    const names = await readdir(this.users).catch(() => []);
    let count = 0;
    for (const name of names) {
      const user = parseUser(name);
      if (user && (await isRunning(user))) count += 1;
      else await this.removeUser(name);
    }
    return count;
  }

  private path(name: ServiceName): string {
    return join(this.folder, `${name}.json`);
  }
}

function parseUser(name: string): ProcessIdentity | undefined {
  const match = /^(\d+)-(\d+)\./.exec(name);
  return match ? { pid: Number(match[1]), startTime: match[2] ?? '' } : undefined;
}
