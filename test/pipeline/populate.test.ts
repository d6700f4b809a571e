import { afterEach, describe, expect, it } from 'vitest';
import { testServices } from '../support/services.js';
import { spiralsStudy, startConsumers, until } from '../support/spirals-study.js';

const DEEP = 'binary(unary(unary(x)),binary(unary(unary(x)),unary(unary(x))))';

describe('populate', () => {
  const cleanups: Array<() => Promise<unknown>> = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  it('adds samples, overlapping schemas and lists, and counts every name once', async () => {
    const services = testServices();
    const { study, pipeline } = await spiralsStudy(services, { space: ['unary(x)'] });
    cleanups.push(() => pipeline.close());
    const supervisor = startConsumers(services, 1);
    cleanups.push(() => supervisor.stop());
    const populated = async () => {
      await until('the space is populated', async () => (await study.progress()).populate.complete, 90_000);
      return study.summary();
    };
    await study.populate();
    const first = await populated();
    // The eight baselines are among the 27.
    expect(first.functions).toBe(27);

    await study.populate({ schemas: [DEEP], sample: { count: 5000, seed: 3 } });
    expect((await study.progress()).populate.complete).toBe(false);
    const second = await populated();
    expect(second.functions).toBe(27 + 5000);
    expect(second.unique).toBeGreaterThan(3000);

    await study.populate({ schemas: ['unary(x)'], operators: 'all', functions: ['relu(x)', 'max(x,relu(x))'] });
    expect((await populated()).functions).toBe(31 + 5000 + 1);
    const { populate } = await study.progress();
    expect(populate.spaces).toBe(5);
  }, 240_000);
});
