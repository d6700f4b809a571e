import { afterEach, describe, expect, it } from 'vitest';
import { formatExpression } from '../../src/domain/expression/expression.js';
import { parseSchema, schemaInstance } from '../../src/domain/expression/schema.js';
import { STANDARD_OPERATORS } from '../../src/domain/operators/index.js';
import { schemaSpace } from '../../src/producers/spaces/spaces.js';
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

  it('finishes a space that an older version began, whose ranges count by index', async () => {
    const services = testServices();
    const { study, pipeline } = await spiralsStudy(services, { space: [] });
    cleanups.push(() => pipeline.close());
    const { store } = pipeline;
    const schema = 'unary(unary(x))';
    const { order: _, ...space } = schemaSpace(schema, STANDARD_OPERATORS);
    await store.spaces.put({ ...space, state: 'expanded' });
    await store.spaces.ensureRanges([{ space: space._id, from: 300, to: 729 }]);
    const supervisor = startConsumers(services, 1);
    cleanups.push(() => supervisor.stop());
    await study.populate({ schemas: [schema] });
    await until('the space is populated', async () => (await study.progress()).populate.complete, 90_000);
    const aliases = store.client.db(store.database).collection<{ _id: string }>('aliases');
    const names = await aliases.find({ spaces: space._id }).toArray();
    const owed = Array.from({ length: 429 }, (_, i) =>
      formatExpression(schemaInstance(parseSchema(schema), STANDARD_OPERATORS, 300 + i)),
    );
    expect(names.map(({ _id }) => _id).sort()).toEqual(owed.sort());
  }, 240_000);
});
