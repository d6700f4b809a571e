import { once } from 'node:events';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { describe, expect, inject, it } from 'vitest';
import { identify } from '../../src/services/process-identity.js';
import { askRedis } from '../../src/services/redis-answer.js';
import { ServiceRecords } from '../../src/services/service-records.js';
import { findServices } from '../../src/services/services.js';
import { freshConfig, launchUser, running, startUser } from './service-users.js';

const silent = () => undefined;
const own = { start: true, localhost: false, notify: silent } as const;
/** Redis is quick to start; MongoDB behaves the same (its own test is in ferretdb.test.ts). */
const redisOnly = () => freshConfig({ mongodbUri: inject('mongodbUri') });

describe('servers that aquasurf starts', () => {
  it('listen on the loopback interface, and stop with their last user', async () => {
    const config = redisOnly();
    const services = await findServices(config, own);
    expect(services.origin).toEqual({ redis: 'started', mongodb: 'url' });
    expect(services.redisUrl).toMatch(/^redis:\/\/:[\w-]{32}@127\.0\.0\.1:\d+$/);
    const client = new Redis(services.redisUrl);
    expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    expect(await client.config('GET', 'appendonly')).toEqual(['appendonly', 'yes']);
    expect(await client.config('GET', 'bind')).toEqual(['bind', '127.0.0.1']);
    client.disconnect();
    await services.close();
    expect((await askRedis(services.redisUrl, 1_000)).usable).toBe(false);
    await services.close(); // once more changes nothing
  });

  it('are shared by processes, and outlive the one that started them', async () => {
    const config = redisOnly();
    const first = await startUser(config);
    const second = await startUser(config);
    expect(second.redisUrl).toBe(first.redisUrl);
    await first.finish();
    expect(await running(config, 'redis')).toHaveLength(1);
    expect((await askRedis(second.redisUrl, 1_000)).usable).toBe(true);
    await second.finish();
    expect(await running(config, 'redis')).toEqual([]);
    expect((await askRedis(second.redisUrl, 1_000)).usable).toBe(false);
  });

  it('are shared by several users within one process', async () => {
    const config = redisOnly();
    const first = await findServices(config, own);
    const second = await findServices(config, own);
    await first.close();
    expect((await askRedis(second.redisUrl, 1_000)).usable).toBe(true);
    await second.close();
    expect(await running(config, 'redis')).toEqual([]);
  });

  it('are started once by processes that begin at the same time', async () => {
    const config = redisOnly();
    const users = await Promise.all([startUser(config), startUser(config), startUser(config)]);
    expect(new Set(users.map((user) => user.redisUrl)).size).toBe(1);
    expect(await running(config, 'redis')).toHaveLength(1);
    await Promise.all(users.map((user) => user.finish()));
    expect(await running(config, 'redis')).toEqual([]);
  });

  it('survive kill -9 of their starter; the next process takes them over and, as last user, stops them', async () => {
    const config = redisOnly();
    const killed = await startUser(config);
    await killed.kill('SIGKILL');
    const [left] = await running(config, 'redis');
    expect(left).toBeDefined();
    const services = await findServices(config, { ...own, start: false });
    expect(services.redisUrl).toBe(killed.redisUrl);
    expect(await running(config, 'redis')).toEqual([left]);
    await services.close();
    expect(await running(config, 'redis')).toEqual([]);
  });

  it('are gone after Ctrl-C in a process that uses them', async () => {
    const config = redisOnly();
    const user = await startUser(config);
    expect(await running(config, 'redis')).toHaveLength(1);
    await user.kill('SIGINT');
    expect(user.child.signalCode ?? user.child.exitCode).toBe(0);
    expect(await running(config, 'redis')).toEqual([]);
  });

  it('are gone after Ctrl-C in a process that is still starting them', async () => {
    const config = freshConfig();
    const { child, services } = launchUser(config);
    const ended = once(child, 'close');
    child.stderr?.once('data', () => child.kill('SIGINT')); // the first notice: Redis has been started
    await expect(services).rejects.toThrow('interrupted');
    await ended;
    expect(await running(config, 'redis')).toEqual([]);
    expect(await running(config, 'mongodb')).toEqual([]);
    expect(readdirSync(join(config.dataDir, 'services/users'))).toEqual([]);
  });

  it('keep their data, their password and, where it is free, their port', async () => {
    const config = redisOnly();
    const first = await startUser(config);
    const client = new Redis(first.redisUrl);
    await client.set('kept', 'yes');
    client.disconnect();
    await first.finish();
    const second = await findServices(config, own);
    expect(second.redisUrl).toBe(first.redisUrl);
    const again = new Redis(second.redisUrl);
    expect(await again.get('kept')).toBe('yes');
    again.disconnect();
    await second.close();
  });

  it('never work twice on one data folder, even when the record of a running one was lost', async () => {
    const config = redisOnly();
    const lost = await startUser(config);
    const [before] = await running(config, 'redis');
    rmSync(join(config.dataDir, 'services/redis.json'));
    await lost.kill('SIGKILL');
    const services = await findServices(config, own);
    expect(await identify(before!.pid)).not.toEqual(before);
    expect(await running(config, 'redis')).toHaveLength(1);
    await services.close();
  });

  it('are not adopted when their starter was killed before they answered', async () => {
    const config = redisOnly();
    const killed = await startUser(config);
    const [before] = await running(config, 'redis');
    const records = new ServiceRecords(config.dataDir);
    const record = await records.read('redis');
    await killed.kill('SIGKILL');
    await records.write('redis', { ...record!, ready: false });
    const services = await findServices(config, own);
    expect(await identify(before!.pid)).not.toEqual(before);
    expect(await running(config, 'redis')).toHaveLength(1);
    await services.close();
  });

  it('are started anew when the recorded one is dead', async () => {
    const config = redisOnly();
    const first = await findServices(config, own);
    const [server] = await running(config, 'redis');
    process.kill(server!.pid, 'SIGKILL');
    const second = await findServices(config, own);
    expect((await askRedis(second.redisUrl, 1_000)).usable).toBe(true);
    await first.close();
    expect((await askRedis(second.redisUrl, 1_000)).usable).toBe(true);
    await second.close();
    expect(await running(config, 'redis')).toEqual([]);
  });

  it('do not count users whose pid is gone or belongs to another process by now', async () => {
    const config = redisOnly();
    const services = await findServices(config, own);
    const users = join(config.dataDir, 'services/users');
    writeFileSync(join(users, `${process.pid}-1.reused`), '');
    writeFileSync(join(users, '4194304-123.ended'), ''); // one more than the largest pid that Linux gives
    await services.close();
    expect(await running(config, 'redis')).toEqual([]);
    expect(readdirSync(users)).toEqual([]);
  });
});
