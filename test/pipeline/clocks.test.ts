import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { packageDir } from '../../src/config.js';
import { reconcile } from '../../src/producers/reconcile.js';
import type { Pipeline } from '../../src/queues/pipeline.js';
import { hashOf, settings } from '../store/test-store.js';
import { testServices } from '../support/services.js';
import { spiralsStudy, startConsumers, until } from '../support/spirals-study.js';

const MINUTES = 60_000;
const services = testServices();
const cleanups: Array<() => unknown> = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** As on a machine whose clock is wrong by so much. */
function startConsumerAhead(milliseconds: number) {
  const before = { ...process.env };
  const preload = join(packageDir, 'test/support/clock-ahead.mjs');
  Object.assign(process.env, { CLOCK_AHEAD: String(milliseconds), NODE_OPTIONS: `--import=${preload}` });
  const supervisor = startConsumers(services, 1);
  for (const name of ['CLOCK_AHEAD', 'NODE_OPTIONS'] as const) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  cleanups.push(() => supervisor.stop());
  return supervisor;
}

/** A slot that has to wait: its search lets one trial run at once, and one does. */
async function waitingSlot() {
  const run = await spiralsStudy(services, { space: ['unary(x)'] });
  cleanups.push(() => run.pipeline.close());
  const { store, queues } = run.pipeline;
  await store.fisher.put(run.name, hashOf(1), new Uint16Array([1, 2, 65535]), settings);
  const claim = { number: 2, owner: 'another', leaseMs: 10 * MINUTES, fn: 'relu(x)' };
  await store.leases.claim(run.name, hashOf(1), claim);
  await run.study.search({ trials: 2, parallel: 1 });
  const slot = { study: run.name, number: 1, generation: 0 };
  await queues.enqueue('training', [slot]);
  const job = async () => (await queues.queue('training').getJob(`training-${run.name}-1-g0`))!;
  return { ...run, job };
}

/** When a delayed job is due, in milliseconds from now on by Redis's clock. */
async function dueIn({ queues }: Pipeline, id: string): Promise<number | undefined> {
  const queue = queues.queue('training');
  const score = await (await queue.backend.client).zscore(queue.toKey('delayed'), id);
  return score === null ? undefined : Number(score) / 0x1000 - (await queues.now());
}

it.each([10, -10])(
  'a consumer whose clock is %i minutes ahead hands a job back for seconds',
  async (minutes) => {
    const { pipeline, job } = await waitingSlot();
    const supervisor = startConsumerAhead(minutes * MINUTES);
    // Once more than the first time: it was due for the consumer itself too, and only after its rest.
    await until('the slot is looked at again', async () => (await job()).attemptsStarted >= 2, 30_000);
    await until('it waits', async () => (await dueIn(pipeline, (await job()).id!)) !== undefined);
    const due = (await dueIn(pipeline, (await job()).id!))!;
    expect(due).toBeGreaterThan(-1000);
    expect(due).toBeLessThan(5000);
    expect((await job()).attemptsStarted).toBeLessThan(6);
    await supervisor.stop();
  },
  60_000,
);

it('the reconciler makes a job due that a wrong clock put far off', async () => {
  const { pipeline, name } = await waitingSlot();
  const queue = pipeline.queues.queue('training');
  const slot = { study: name, number: 1, generation: 0 };
  await queue.add('training', slot, { jobId: 'far', delay: 20 * MINUTES });
  await queue.add('training', slot, { jobId: 'near', delay: MINUTES });
  await reconcile(pipeline);
  expect(await queue.getJobState('far')).toBe('waiting');
  expect(await queue.getJobState('near')).toBe('delayed');
}, 30_000);
