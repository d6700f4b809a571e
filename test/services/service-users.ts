import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { type Config, loadConfig, packageDir } from '../../src/config.js';
import { identify, type ProcessIdentity, stopProcess } from '../../src/services/process-identity.js';
import { type ServiceName, ServiceRecords } from '../../src/services/service-records.js';

/** A configuration with a data folder of its own; whatever still runs for it after the test is stopped. */
export function freshConfig(changes: Partial<Config> = {}): Config {
  const dataDir = mkdtempSync(join(tmpdir(), 'aquasurf-services-'));
  onTestFinished(async () => {
    await new ServiceRecords(dataDir).stopAll();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return { ...loadConfig({}, dataDir), cacheDir: loadConfig().cacheDir, dataDir, ...changes };
}

/** The processes on record for a service that really run. */
export async function running(config: Config, name: ServiceName): Promise<ProcessIdentity[]> {
  const record = await new ServiceRecords(config.dataDir).read(name);
  const now = await Promise.all((record?.processes ?? []).map(({ pid }) => identify(pid)));
  return now.filter((identity) => identity !== undefined);
}

export interface ServiceUser {
  redisUrl: string;
  mongodbUri: string;
  child: ChildProcess;
  /** Lets it close the services and end. */
  finish: () => Promise<void>;
  /** Sends a signal and waits for its end. */
  kill: (signal: NodeJS.Signals) => Promise<void>;
}

/**
 * Starts a program that does not have its services yet.
 * @param uid the account that it runs under, instead of this one
 */
export function launchUser(config: Config, uid?: number): { child: ChildProcess; services: Promise<ServiceUser> } {
  const script = join(packageDir, 'test/services/use-services.ts');
  const child = spawn(process.execPath, ['--import', 'jiti/register', script, JSON.stringify(config)], {
    cwd: packageDir,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid, env: { ...process.env, HOME: config.dataDir } }),
  });
  let said = '';
  child.stderr.on('data', (data) => {
    said += data;
  });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    const self = child.pid === undefined ? undefined : await identify(child.pid);
    if (self) await stopProcess(self, 'SIGKILL');
  });
  const services = new Promise<ServiceUser>((resolve, reject) => {
    createInterface(child.stdout).once('line', (line) => {
      resolve({
        ...(JSON.parse(line) as { redisUrl: string; mongodbUri: string }),
        child,
        finish: async () => {
          child.stdin.end();
          await ended;
        },
        kill: async (signal) => {
          child.kill(signal);
          await ended;
        },
      });
    });
    ended.then(() => reject(new Error(`ended without services: ${said}`)));
  });
  services.catch(() => undefined);
  return { child, services };
}

export const startUser = (config: Config): Promise<ServiceUser> => launchUser(config).services;
