import { afterEach, describe, expect, it } from 'vitest';
import { follow } from '../../src/cli/follow/follow.js';
import { Patience } from '../../src/cli/servers/patience.js';
import { startRedis, startRelay } from '../support/own-redis.js';
import { testServices } from '../support/services.js';
import { spiralsStudy, startConsumers, until } from '../support/spirals-study.js';

const services = testServices();
const cleanups: Array<() => unknown> = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** What a person would see who waits for the study to be populated. */
function watch(run: Awaited<ReturnType<typeof spiralsStudy>>, addresses: { redisUrl: string; mongodbUri: string }) {
  const notes: string[] = [];
  const display = { update: () => {}, note: (line: string) => void notes.push(line), end: () => {} };
  const done = follow(run.study, ['populate'], { pipeline: run.pipeline, addresses, display, patienceSeconds: 60 });
  return { notes, done };
}

describe('a command that waits', () => {
  it('goes on when the database was away, and says that it was', async () => {
    const uri = new URL(services.mongodbUri);
    const relay = await startRelay(Number(uri.port));
    cleanups.push(() => {
      relay.cut();
      relay.server.close();
    });
    const addresses = { ...services, mongodbUri: services.mongodbUri.replace(`:${uri.port}`, `:${relay.port}`) };
    const run = await spiralsStudy(addresses, { space: ['unary(x)'] });
    cleanups.push(() => run.pipeline.close());
    await run.study.populate();
    relay.target = 1;
    relay.cut();
    const { notes, done } = watch(run, addresses);
    await until('it is said', async () => notes.some((line) => line.startsWith('MongoDB does not answer')), 30_000);
    relay.target = Number(uri.port);
    const supervisor = startConsumers(services, 1);
    cleanups.push(() => supervisor.stop());
    await done;
    expect(notes.filter((line) => line.startsWith('MongoDB'))).toEqual([
      expect.stringMatching(/^MongoDB does not answer.*waiting for it, 60 s at most$/),
      'MongoDB answers again',
    ]);
  }, 90_000);

  it('says when nothing moves because Redis takes no writes, and does not take that for the end', async () => {
    const redis = await startRedis();
    cleanups.push(redis.stop);
    const addresses = { ...services, redisUrl: redis.url };
    const run = await spiralsStudy(addresses, { space: ['unary(unary(x))'] });
    cleanups.push(() => run.pipeline.close());
    await run.study.populate();
    await redis.client.config('SET', 'maxmemory', '1');
    const { notes, done } = watch(run, addresses);
    await until('it is said', async () => notes.some((line) => line.startsWith('nothing moves: Redis')), 30_000);
    expect(notes.find((line) => line.startsWith('nothing'))).toContain('OOM command not allowed');
    await redis.client.config('SET', 'maxmemory', '0');
    const supervisor = startConsumers(addresses, 1);
    cleanups.push(() => supervisor.stop());
    await done;
  }, 90_000);

  it('ends when a server is away for longer than it has patience, and at once for what is wrong for good', async () => {
    const notes: string[] = [];
    const addresses = { redisUrl: 'redis://user:secret@host:1', mongodbUri: 'mongodb://host:1/x' };
    const patience = new Patience({
      seconds: 0.05,
      addresses,
      note: (line) => void notes.push(line),
      signal: undefined,
    });
    await expect(patience.redis(() => new Promise(() => {}))).rejects.toThrow(
      /^Redis at redis:\/\/host:1 no longer answers; .*run the same command again/,
    );
    await expect(patience.redis(async () => 3)).resolves.toBe(3);
    await expect(patience.database(() => Promise.reject(new Error('wrong password')))).rejects.toThrow(
      'wrong password',
    );
    expect(notes).toEqual([]);
  });
});
