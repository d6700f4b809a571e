import { Worker } from 'bullmq';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Queues } from '../../src/queues/queues.js';
import { failureSince, hasJob } from '../../src/study/jobs-of-study.js';
import { testServices } from '../support/services.js';
import { until } from '../support/spirals-study.js';

const { redisUrl } = testServices();
const address = { redisUrl, prefix: `jobs-of-study-${process.pid}` };
const queues = new Queues(address);
const slots = (study: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ study, number: i + 1, generation: 0 }));

beforeAll(() => queues.enqueue('training', slots('other', 250)));
afterAll(async () => {
  for (const queue of queues.all()) await queue.obliterate({ force: true });
  await queues.close();
});

describe('whether a study has jobs left', () => {
  it('is judged by its own, behind however many of another study', async () => {
    expect(await hasJob(queues, ['training'], 'mine')).toBe(false);
    expect(await hasJob(queues, ['training'], 'other')).toBe(true);
    await queues.enqueue('training', slots('mine', 1));
    expect(await hasJob(queues, ['training'], 'mine')).toBe(true);
    expect(await hasJob(queues, ['retraining'], 'mine')).toBe(false);
  });

  it('jobs of spaces are those of every study', async () => {
    expect(await hasJob(queues, ['schema-expansion', 'output-features'], 'mine')).toBe(false);
    await queues.enqueue('output-features', [{ space: 'schema-0123456789ab', from: 0, to: 1, generation: 0 }]);
    expect(await hasJob(queues, ['schema-expansion', 'output-features'], 'mine')).toBe(true);
  });
});

describe('what failed', () => {
  it('is a job of the study itself, though others failed after it', async () => {
    const since = Date.now();
    const hashes = ['0'.repeat(32)];
    const batch = (study: string, digit: string) => ({ study, batch: digit.repeat(12), hashes, generation: 0 });
    await queues.enqueue('fisher-eigenvalues', [batch('mine', '0')]);
    await queues.enqueue('fisher-eigenvalues', [batch('other', '1'), batch('other', '2')]);
    const connection = { url: redisUrl };
    const worker = new Worker('fisher-eigenvalues', async ({ data }) => Promise.reject(new Error(`of ${data.study}`)), {
      ...{ connection, prefix: address.prefix },
    });
    const failed = () => queues.queue('fisher-eigenvalues').getFailedCount();
    const asked = (study: string, from = since) =>
      failureSince(queues, ['surrogate', 'fisher-eigenvalues'], { study, since: from });
    await until('a job waits for its next attempt', async () => (await asked('mine')) !== undefined);
    expect(await asked('mine')).toEqual({ queue: 'fisher-eigenvalues', reason: 'of mine', again: true });
    await until('all have failed', async () => (await failed()) === 3);
    await worker.close();
    expect(await asked('mine')).toEqual({ queue: 'fisher-eigenvalues', reason: 'of mine', again: false });
    expect(await asked('third')).toBeUndefined();
    expect(await asked('mine', Date.now() + 1)).toBeUndefined();
  }, 30_000);
});
