import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Supervisor } from '../../src/consumers/supervisor.js';
import { testServices } from '../support/services.js';
import { spiralsStudy, startConsumers, until } from '../support/spirals-study.js';

const TRIALS = 12;

describe('a whole search, through the real queue and the real database', () => {
  const services = testServices();
  let run: Awaited<ReturnType<typeof spiralsStudy>>;
  let consumers: Supervisor;

  beforeAll(async () => {
    run = await spiralsStudy(services, { space: ['unary(x)', 'unary(unary(x))'] });
    consumers = startConsumers(services, 2);
  });

  afterAll(async () => {
    await consumers.stop();
    await run.pipeline.close();
  });

  const progress = () => run.study.progress();

  it('populates the space: names, unique functions, one representative each', async () => {
    await run.study.populate();
    await until('the space is populated', async () => (await progress()).populate.complete);
    const summary = await run.study.summary();
    expect(summary.functions).toBe(27 + 27 * 27);
    expect(summary.unique).toBeGreaterThan(400);
    expect(summary.unique).toBeLessThan(620);
  });

  it('computes Fisher features of the baselines and of as many random functions as asked for', async () => {
    expect(await run.study.fisher({ limit: 20 })).toBe(28);
    await until('the features are there', async () => (await progress()).fisher.complete);
    const { fisher } = await progress();
    expect(fisher.defined + fisher.undefined).toBe(28);
    expect(fisher.defined).toBeGreaterThan(20);
    expect(await run.study.fisher({ limit: 20 })).toBe(0);
  });

  it('fits the plane on all defined features', async () => {
    await until('the plane is there', async () => (await progress()).embedding.complete);
    const { embedding, fisher } = await progress();
    expect(embedding.fitted).toBe(fisher.defined);
  });

  it('trains as many trials as wanted, the baselines first, and ends', async () => {
    await run.study.search({ trials: TRIALS });
    await until('the search ends', async () => (await progress()).search.complete, 120_000);
    const { trials, search } = await progress();
    expect(search).toMatchObject({ state: 'finished', reason: `${TRIALS} trials are done` });
    expect(trials).toMatchObject({ done: TRIALS, running: 0, failed: 0 });

    const { baselines } = await run.study.info();
    const finished = await run.pipeline.store.trials.finished(run.name);
    expect(finished.map((trial) => trial.number)).toEqual(Array.from({ length: TRIALS }, (_, i) => i + 1));
    const first = finished.slice(0, 8).map((trial) => trial.hash);
    expect([...first].sort()).toEqual([...baselines].sort());
  });

  it('lists the best first, with all results', async () => {
    const best = await run.study.best(100);
    expect(best).toHaveLength(TRIALS);
    expect(best.map((entry) => entry.valAcc)).toEqual(best.map((entry) => entry.valAcc).sort((a, b) => b! - a!));
    // Chance is .5: the best of a dozen functions must have learnt something.
    expect(best[0]!.valAcc).toBeGreaterThan(0.6);
    expect(best[0]).toMatchObject({ fn: expect.any(String), hash: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(best[0]!.testAcc).toBeGreaterThan(0.5);
    expect(best[0]!.runtime).toBeGreaterThan(0);
  });

  it('does nothing twice: the same wishes again leave everything as it was', async () => {
    const before = { summary: await run.study.summary(), best: await run.study.best(100) };
    await run.study.populate();
    await run.study.fisher({ limit: 20 });
    await run.study.search({ trials: TRIALS });
    await until('the search ends', async () => (await progress()).search.complete);
    expect({ summary: await run.study.summary(), best: await run.study.best(100) }).toEqual(before);
  });

  it('goes on when more trials are wanted', async () => {
    await run.study.search({ trials: TRIALS + 2, parallel: 1 });
    await until('the search ends', async () => (await progress()).search.complete);
    expect((await progress()).trials.done).toBe(TRIALS + 2);
  });

  it('forgets results and keeps features when cleaned', async () => {
    const { fisher } = await progress();
    await run.study.clean();
    expect(await run.study.best()).toEqual([]);
    expect((await progress()).fisher).toEqual(fisher);
    await run.study.search({ trials: 2 });
    await until('the search ends', async () => (await progress()).search.complete);
    expect((await progress()).trials.done).toBe(2);
  });
});
