import { afterEach, describe, expect, it } from 'vitest';
import { testServices } from '../support/services.js';
import { killOne, spiralsStudy, startConsumers, until } from '../support/spirals-study.js';

const FUNCTIONS = ['tanh(x)', 'relu(x)', 'erf(x)', 'arctan(x)'];

describe('trainings with several seeds', () => {
  const services = testServices();
  const cleanups: Array<() => Promise<unknown>> = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function begin(consumers: number) {
    const run = await spiralsStudy(services, { space: ['unary(x)'], seed: 7 });
    cleanups.push(() => run.pipeline.close());
    const supervisor = startConsumers(services, consumers);
    cleanups.push(() => supervisor.stop());
    await run.study.populate();
    await until('the space is populated', async () => (await run.study.progress()).populate.complete);
    const settled = (seconds = 120) =>
      until('no training is owed', async () => (await run.study.progress()).retraining.complete, seconds * 1000);
    return { ...run, supervisor, settled, runs: run.pipeline.store.runs };
  }

  it('survive kills of consumers and the loss of Redis, and none is done twice', async () => {
    const { study, name, pipeline, supervisor, settled, runs } = await begin(2);
    expect(await study.train({ functions: FUNCTIONS, seeds: 3 })).toBe(12);
    expect(await study.train({ functions: FUNCTIONS, seeds: 3 })).toBe(0);
    await until('a run is stored', async () => (await runs.count(name)) > 0);
    killOne(supervisor);
    await pipeline.queues.queue('retraining').obliterate({ force: true });
    await until('some runs are stored', async () => (await runs.count(name)) > 4);
    killOne(supervisor);
    await settled();

    expect(await runs.count(name)).toBe(12);
    const best = await study.best(100);
    expect(best.map(({ fn }) => fn).sort()).toEqual([...FUNCTIONS].sort());
    for (const { hash, valAcc, runs: count, stderr } of best) {
      const each = await runs.of(name, hash);
      expect(each.map(({ seed }) => seed)).toEqual([7, 8, 9]);
      const accuracies = each.map(({ result }) => result.valAcc!);
      expect(valAcc).toBeCloseTo((accuracies[0]! + accuracies[1]! + accuracies[2]!) / 3, 10);
      expect(count).toBe(3);
      expect(stderr).toBeGreaterThanOrEqual(0);
    }
    // The seed decides: the same training elsewhere gives the same.
    expect(await study.train({ functions: ['tanh(x)'], seeds: 3 })).toBe(0);
  }, 300_000);

  it('of the best functions go on from the seeds that they have had', async () => {
    const { study, name, settled, runs } = await begin(1);
    await study.train({ functions: FUNCTIONS });
    await settled();
    const [first, second] = await study.best(2);
    expect(first).toMatchObject({ runs: 1, stderr: null });
    expect(await study.retrain({ top: 2, count: 2 })).toBe(4);
    expect(await study.retrain({ top: 2, count: 2 })).toBe(0);
    await settled();
    for (const { hash } of [first!, second!]) {
      expect((await runs.of(name, hash)).map(({ seed }) => seed)).toEqual([7, 8, 9]);
    }
    const counts = (await study.best()).map(({ runs: count }) => count).sort();
    expect(counts).toEqual([1, 1, 3, 3]);
  }, 200_000);

  it('are forgotten with the results when the study is cleaned', async () => {
    const { study, name, pipeline, supervisor, runs } = await begin(1);
    await study.train({ functions: FUNCTIONS, seeds: 20 });
    await until('a run is stored', async () => (await runs.count(name)) > 0);
    await study.clean();
    expect((await study.progress()).retraining).toMatchObject({ owed: 0, failed: 0 });
    const queue = pipeline.queues.queue('retraining');
    await until('the queue is empty', async () => {
      const counts = await queue.getJobCounts('active', 'waiting', 'delayed');
      return Object.values(counts).every((count) => count === 0);
    });
    await supervisor.stop();
    expect((await study.summary()).evaluated).toBeLessThan(2);
  }, 200_000);
});

/** Kills one consumer; its compute process ends by itself when it finds its parent gone. */
