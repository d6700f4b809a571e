import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { packageDir } from '../../src/config.js';
import { reconcile } from '../../src/producers/reconcile.js';
import { testServices } from '../support/services.js';
import { spiralsStudy, startConsumers, until } from '../support/spirals-study.js';

describe('jobs that failed by no fault of their functions', () => {
  const services = testServices();
  const cleanups: Array<() => Promise<unknown>> = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  it('because a worker had another task of that name are asked for again after a minute', async () => {
    const { study, name, pipeline } = await spiralsStudy(services, { space: ['relu(x)'] });
    cleanups.push(() => pipeline.close());
    const supervisor = startConsumers(services, 1);
    cleanups.push(() => supervisor.stop());
    await study.populate({ functions: ['relu(x)'] });
    await until('the space is populated', async () => (await study.progress()).populate.complete);
    await supervisor.stop();
    const elsewhere = startConsumers(services, 1, join(packageDir, 'examples/own-operator.ts'));
    cleanups.push(() => elsewhere.stop());
    await study.fisher({ limit: 0 });
    const queue = pipeline.queues.queue('fisher-eigenvalues');
    const failed = async () => (await queue.getFailed()).filter(({ data }) => data.study === name);
    await until(
      'the jobs have failed',
      async () => (await queue.getActiveCount()) === 0 && (await failed()).length > 0,
    );
    expect((await failed())[0]?.failedReason).toMatch(/two-spirals/);
    expect((await study.progress()).fisher).toMatchObject({ owed: 8, failed: 0 });
    await elsewhere.stop();

    await reconcile(pipeline, { study: name });
    expect(await queue.getWaitingCount()).toBe(0);
    const now = await pipeline.queues.now();
    vi.spyOn(pipeline.queues, 'now').mockResolvedValue(now + 61_000);
    await reconcile(pipeline, { study: name });
    vi.restoreAllMocks();
    const able = startConsumers(services, 1);
    cleanups.push(() => able.stop());
    await until('the features are there', async () => (await study.progress()).fisher.defined === 8);
  }, 120_000);
});
