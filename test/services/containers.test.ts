import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { type Config, packageDir } from '../../src/config.js';
import { identify } from '../../src/services/process-identity.js';
import { askRedis } from '../../src/services/redis-answer.js';
import { findServices } from '../../src/services/services.js';
import { freshConfig, running } from './service-users.js';

const own = { start: true, localhost: false, notify: () => undefined } as const;
const redisOnly = () => freshConfig({ mongodbUri: inject('mongodbUri') });

/** A user of the services in a container: processes and a host name of its own, the same folder and network. */
async function containerUser(config: Config): Promise<{ redisUrl: string; container: ChildProcess }> {
  const script = join(packageDir, 'test/services/use-services.ts');
  const node = [process.execPath, '--import', 'jiti/register', script, JSON.stringify(config)];
  const namespaces = ['--pid', '--fork', '--kill-child', '--mount-proc', '--uts'];
  const container = spawn('unshare', [...namespaces, 'sh', '-c', 'hostname box && exec "$@"', 'sh', ...node], {
    cwd: packageDir,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(() => void container.kill('SIGKILL'));
  const [line] = await once(createInterface(container.stdout), 'line');
  return { redisUrl: JSON.parse(line).redisUrl, container };
}

const recordOf = (config: Config) => join(config.dataDir, 'services/redis.json');

describe.skipIf(process.getuid?.() !== 0)('a data folder that several containers use', () => {
  it('has one server, shared where the network is; who did not start it cannot stop it', async () => {
    const config = redisOnly();
    const { redisUrl } = await containerUser(config);
    const here = await findServices(config, own);
    expect(here.redisUrl).toBe(redisUrl);
    await here.close();
    expect((await askRedis(redisUrl, 1_000)).usable).toBe(true);
  });

  it('is free again at once when the container with its server is killed', async () => {
    const config = redisOnly();
    const { redisUrl, container } = await containerUser(config);
    container.kill('SIGKILL');
    await once(container, 'exit');
    const here = await findServices(config, own);
    expect((await askRedis(here.redisUrl, 1_000)).usable).toBe(true);
    expect(await running(config, 'redis')).toHaveLength(1);
    await here.close(); // the last user: the dead container's no longer counts
    expect(await running(config, 'redis')).toEqual([]);
    expect((await askRedis(redisUrl, 1_000)).usable).toBe(false);
  });

  it('is refused to others while a server that they cannot reach holds it, and that server is left alone', async () => {
    const config = redisOnly();
    const { redisUrl } = await containerUser(config);
    const record = JSON.parse(readFileSync(recordOf(config), 'utf8'));
    const [server] = record.processes;
    expect(server.place.host).toBe('box');
    server.place.networkNamespace = 'net:[1]'; // as if it had a network of its own, too
    writeFileSync(recordOf(config), JSON.stringify(record));
    const holder = `in use by process ${server.pid} (redis) on host box, pid namespace ${server.place.pidNamespace}, since 20`;
    await expect(findServices(config, own)).rejects.toThrow(holder);
    rmSync(recordOf(config));
    await expect(findServices(config, own)).rejects.toThrow('in use by a process that is not on record');
    expect((await askRedis(redisUrl, 1_000)).usable).toBe(true);
  }, 60_000);

  it('of a machine that was restarted since is taken at once', async () => {
    const config = redisOnly();
    const first = await findServices(config, own);
    const [server] = await running(config, 'redis');
    const record = JSON.parse(readFileSync(recordOf(config), 'utf8'));
    await first.close();
    const self = await identify(process.pid);
    record.processes = [{ ...self, place: { ...self?.place, bootId: 'before' }, stopSignal: 'SIGTERM' }];
    writeFileSync(recordOf(config), JSON.stringify({ ...record, ready: true }));
    const second = await findServices(config, own);
    expect(await running(config, 'redis')).not.toEqual([server]);
    await second.close();
  });
});
