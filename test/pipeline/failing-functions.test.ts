import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageDir } from '../../src/config.js';
import type { Supervisor } from '../../src/consumers/supervisor.js';
import { testServices } from '../support/services.js';
import { spiralsStudy, startConsumers, until } from '../support/spirals-study.js';

const TASK = { name: 'failing-spirals', file: join(packageDir, 'test/support/failing-task.ts') };

describe('functions whose training fails', () => {
  const services = testServices();
  let run: Awaited<ReturnType<typeof spiralsStudy>>;
  let consumers: Supervisor;

  beforeAll(async () => {
    run = await spiralsStudy(services, { space: ['unary(x)'], task: TASK });
    consumers = startConsumers(services, 1, TASK.file);
    await run.study.populate();
    await until('the space is populated', async () => (await run.study.progress()).populate.complete);
    await run.study.fisher({ limit: 4 });
    await until('the plane is there', async () => (await run.study.progress()).embedding.complete);
  });

  afterAll(async () => {
    await consumers.stop();
    await run.pipeline.close();
  });

  it('get their attempts, are failed with their error, and do not keep the search from its trials', async () => {
    await run.study.search({ trials: 9, parallel: 1 });
    await until('the search ends', async () => (await run.study.progress()).search.complete, 150_000);
    const { trials, search } = await run.study.progress();
    expect(trials).toMatchObject({ done: 9, failed: 2, running: 0 });
    expect(search).toMatchObject({ state: 'finished', reason: '9 trials are done' });
    const failed = await run.pipeline.store.client
      .db(run.pipeline.store.database)
      .collection('trials')
      .find({ study: run.name, status: 'failed' })
      .toArray();
    expect(failed.map(({ fn, error, attempts }) => ({ fn, error, attempts }))).toEqual(
      expect.arrayContaining([
        { fn: 'tanh(x)', error: 'no training with tanh(x)', attempts: 3 },
        { fn: 'selu(x)', error: 'no training with selu(x)', attempts: 3 },
      ]),
    );
  }, 180_000);

  it('end a search that has nothing else left, with the reason', async () => {
    await run.study.search({ trials: 1000 });
    await until('the search ends', async () => (await run.study.progress()).search.complete, 150_000);
    expect((await run.study.progress()).search).toMatchObject({
      state: 'finished',
      reason: 'no function is left to suggest',
    });
  }, 180_000);
});
