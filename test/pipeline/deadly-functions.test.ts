import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { packageDir } from '../../src/config.js';
import { deadlyReason, MAX_EXPIRIES } from '../../src/domain/trial.js';
import { hashOfName } from '../../src/store/study-names.js';
import { testServices } from '../support/services.js';
import { spiralsStudy, startConsumers, until } from '../support/spirals-study.js';

const TASK = { name: 'deadly-spirals', file: join(packageDir, 'test/support/deadly-task.ts') };
const services = testServices();
const cleanups: Array<() => unknown> = [];
afterEach(async () => {
  delete process.env.DEADLY;
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function begin(deadly: 'features' | 'training') {
  process.env.DEADLY = deadly;
  const run = await spiralsStudy(services, { space: ['relu(x)'], task: TASK });
  cleanups.push(() => run.pipeline.close());
  const supervisor = startConsumers(services, 1, TASK.file, { leaseMs: 1000 });
  cleanups.push(() => supervisor.stop());
  await run.study.populate();
  await until('the space is populated', async () => (await run.study.progress()).populate.complete);
  return run;
}

/** As if all but one of the deaths had come before: each takes its lease and a restart. */
async function nearlyBlamed(
  { pipeline: { store }, name }: Awaited<ReturnType<typeof begin>>,
  collection: 'trials' | 'retrainings',
  field: string,
) {
  const { client, database } = store;
  await client
    .db(database)
    .collection(collection)
    .updateMany({ study: name }, { $set: { [field]: MAX_EXPIRIES - 1 } });
}

it('a function whose features end each consumer fails after some, and the others of its job are done', async () => {
  const run = await begin('features');
  const { study, pipeline, name } = run;
  await study.fisher({ limit: 1 });
  await nearlyBlamed(run, 'trials', 'fisher.expiries');
  await until('no features are owed', async () => (await study.progress()).fisher.complete, 150_000);
  expect((await study.progress()).fisher).toMatchObject({ defined: 2, failed: 1, owed: 0 });
  const hash = (await hashOfName(pipeline.store, await study.info(), 'tanh(x)'))!;
  expect((await pipeline.store.trials.get(name, hash))?.fisher).toMatchObject({
    state: 'failed',
    reason: deadlyReason,
  });
}, 200_000);

it('so does one whose training does', async () => {
  const run = await begin('training');
  const { study, pipeline, name } = run;
  await study.fisher({ limit: 1 });
  await until('no features are owed', async () => (await study.progress()).fisher.complete, 60_000);
  await study.train({ functions: ['tanh(x)'], seeds: 1 });
  await nearlyBlamed(run, 'retrainings', 'expiries');
  await until('no training is owed', async () => (await study.progress()).retraining.complete, 150_000);
  expect(await pipeline.store.retrainings.counts(name)).toMatchObject({ owed: 0, failed: 1 });
  const [failure] = await pipeline.store.retrainings.failures(name, 1);
  expect(failure?.error).toBe(deadlyReason);
}, 250_000);
