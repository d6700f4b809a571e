import { afterEach, describe, expect, it } from 'vitest';
import { testServices } from '../support/services.js';
import { killOne, spiralsStudy, startConsumers, until } from '../support/spirals-study.js';

const FISHER = 12;
const TRIALS = 10;

describe('faults', () => {
  const services = testServices();
  const cleanups: Array<() => Promise<unknown>> = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function begin(consumers: number) {
    const run = await spiralsStudy(services, { space: ['unary(x)', 'unary(unary(x))'] });
    cleanups.push(() => run.pipeline.close());
    const supervisor = startConsumers(services, consumers);
    cleanups.push(() => supervisor.stop());
    return { ...run, supervisor };
  }

  it('a consumer killed with -9 in the middle of each stage loses nothing and does nothing twice', async () => {
    const { study, name, pipeline, supervisor } = await begin(2);
    const progress = () => study.progress();
    await study.populate();
    killOne(supervisor);
    await until('the space is populated', async () => (await progress()).populate.complete, 90_000);
    await study.fisher({ limit: FISHER });
    await until('a feature is there', async () => (await progress()).fisher.defined > 0);
    killOne(supervisor);
    await until('the plane is there', async () => (await progress()).embedding.complete, 90_000);
    await study.search({ trials: TRIALS });
    await until('a trial runs', async () => (await progress()).trials.running > 0);
    killOne(supervisor);
    await until('the search ends', async () => (await progress()).search.complete, 120_000);

    const { trials, fisher } = await progress();
    expect(await study.summary()).toMatchObject({ functions: 27 + 27 * 27, running: 0, evaluated: TRIALS });
    expect(fisher.defined + fisher.undefined + fisher.failed).toBe(FISHER + 8);
    expect(trials).toMatchObject({ done: TRIALS, running: 0, failed: 0 });
    const finished = await pipeline.store.trials.finished(name);
    for (const trial of finished) expect(await pipeline.store.runs.of(name, trial.hash)).toHaveLength(1);
  }, 300_000);

  it('Redis losing everything loses no work: the reconciler enqueues what MongoDB says is owed', async () => {
    const { study, pipeline } = await begin(1);
    const progress = () => study.progress();
    await study.populate();
    await until('the space is populated', async () => (await progress()).populate.complete);
    await study.fisher({ limit: FISHER });
    for (const queue of pipeline.queues.all()) await queue.obliterate({ force: true });
    await until('the features are there', async () => (await progress()).fisher.complete, 90_000);
    expect((await progress()).fisher.defined).toBeGreaterThan(0);
  }, 200_000);

  it('a consumer that is asked to stop hands its trial back at once', async () => {
    const { study, supervisor } = await begin(1);
    const progress = () => study.progress();
    await study.populate({ functions: ['relu(x)'] });
    await study.fisher({ limit: 0 });
    await until('the features are there', async () => (await progress()).fisher.complete);
    await study.search({ trials: 50 });
    await until('a trial runs', async () => (await progress()).trials.running > 0);
    await supervisor.stop();
    expect((await progress()).trials.running).toBe(0);
  }, 120_000);

  it('jobs of a study that is deleted under way end quietly', async () => {
    const { study, name, pipeline } = await begin(1);
    await study.populate({ functions: ['relu(x)'] });
    await study.fisher({ limit: 0 });
    await until('the features are there', async () => (await study.progress()).fisher.complete);
    await study.search({ trials: 8 });
    await until('a trial runs', async () => (await study.progress()).trials.running > 0);
    await study.delete();
    const queues = pipeline.queues.all();
    const counts = () =>
      Promise.all(queues.map((queue) => queue.getJobCounts('failed', 'active', 'waiting', 'delayed')));
    await until('the queues are empty', async () =>
      (await counts()).every((c) => !c.active && !c.waiting && !c.delayed),
    );
    expect((await counts()).map(({ failed }) => failed)).toEqual(queues.map(() => 0));
    expect(await pipeline.store.studies.exists(name)).toBe(false);
  }, 120_000);
});

/** Kills one consumer; its compute process ends by itself when it finds its parent gone. */
