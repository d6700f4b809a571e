import { Redis } from 'ioredis';
import { afterEach, expect, it } from 'vitest';
import { failureSince, hasJob } from '../../src/study/jobs-of-study.js';
import { testServices } from '../support/services.js';
import { spiralsStudy, startConsumers, until } from '../support/spirals-study.js';

const services = testServices();
const cleanups: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

it('jobs that hold what is no JSON, or not what they should, fail at once; others go on, and lists can be read', async () => {
  const { pipeline, name } = await spiralsStudy(services, { space: ['relu(x)'] });
  cleanups.push(() => pipeline.close());
  const redis = new Redis(services.redisUrl);
  cleanups.push(async () => redis.disconnect());
  const queue = pipeline.queues.queue('training');
  const payload = (number: number) => ({ study: name, number, generation: 0 });
  await pipeline.queues.enqueue('training', [1, 2, 3, 4, 5].map(payload));
  const [data, opts, progress, other] = [1, 2, 3, 4].map((number) => queue.toKey(`training-${name}-${number}-g0`));
  await redis.hset(data!, { data: '{"study":' });
  await redis.hset(opts!, { opts: '\u0000' });
  await redis.hset(progress!, { progress: 'half' });
  await redis.hset(other!, { data: '{"study":7}' });
  const consumers = startConsumers(services, 1);
  cleanups.push(() => consumers.stop());
  await until('the jobs have ended', async () => (await queue.getJobCountByTypes('completed', 'failed')) === 5, 30_000);
  const failed = await queue.getFailed();
  expect(Object.fromEntries(failed.map(({ id, failedReason }) => [id, failedReason]))).toEqual({
    [`training-${name}-1-g0`]: expect.stringMatching(/^job training: study: /),
    [`training-${name}-4-g0`]: expect.stringMatching(/^job training: study: /),
  });
}, 60_000);

it('are mended where they are listed, too', async () => {
  const { pipeline, name } = await spiralsStudy(services, { space: ['relu(x)'] });
  cleanups.push(() => pipeline.close());
  const redis = new Redis(services.redisUrl);
  cleanups.push(async () => redis.disconnect());
  await pipeline.queues.enqueue('surrogate', [{ study: name, version: 1, generation: 0 }]);
  const queue = pipeline.queues.queue('surrogate');
  const id = `surrogate-${name}-1-g0`;
  await redis.hset(queue.toKey(id), { data: 'no JSON' });
  expect(await hasJob(pipeline.queues, ['surrogate'], name)).toBe(true);
  await redis.hset(queue.toKey(id), { opts: 'no JSON' });
  expect(await pipeline.queues.failedAt('surrogate', { study: name, version: 1, generation: 0 })).toBeUndefined();
  await redis.hset(queue.toKey(id), { opts: 'no JSON' });
  expect(await failureSince(pipeline.queues, ['surrogate'], { study: name, since: 0 })).toBeUndefined();
});
