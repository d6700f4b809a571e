import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkOperatorsApart } from '../../src/compute/check-operators.js';
import { packageDir } from '../../src/config.js';
import type { Supervisor } from '../../src/consumers/supervisor.js';
import { resolveOperators } from '../../src/nn/tasks/operator-registry.js';
import { resolveTask } from '../../src/nn/tasks/task-registry.js';
import { openPipeline } from '../../src/open-pipeline.js';
import { createStudy } from '../../src/producers/create-study.js';
import type { Pipeline } from '../../src/queues/pipeline.js';
import { Study } from '../../src/study.js';
import { testServices } from '../support/services.js';
import { startConsumers, until } from '../support/spirals-study.js';

const EXAMPLE = join(packageDir, 'examples/own-operator.ts');
const TRIALS = 3;

describe('a study with operators of one’s own, through the real queue and the real database', () => {
  const services = testServices();
  const modules = { projectDir: packageDir, tasksDir: EXAMPLE };
  let pipeline: Pipeline & { close: () => Promise<void> };
  let consumers: Supervisor | undefined;
  let study: Study;

  beforeAll(async () => {
    pipeline = await openPipeline(services);
    const task = await resolveTask('two-spirals', modules);
    const operators = await resolveOperators('snakes', modules);
    await createStudy(pipeline, { name: 'snakes', task, operators, space: ['unary(x)', 'max(snake(x),tanh(x))'] });
    study = new Study('snakes', pipeline, modules);
    consumers = startConsumers(services, 1, EXAMPLE);
  });
  afterAll(async () => {
    await consumers?.stop();
    await pipeline.close();
    await services.drop();
  });
  const populated = async () => (await study.progress()).populate.complete;
  const hashOf = async (stored: string) => (await pipeline.store.functions.findByName(stored))?._id;

  it('keeps the set as name@version with the hash of its source', async () => {
    expect(await study.info()).toMatchObject({
      operators: 'snakes@1',
      operatorSource: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('populates the space; names with own operators are kept apart by set and version, built-in ones shared', async () => {
    await study.populate();
    await until('the space is populated', populated);
    expect(await study.summary()).toMatchObject({ functions: 29 });
    expect(await hashOf('snakes@1/snake(x)')).toMatch(/^[0-9a-f]{32}$/);
    expect(await hashOf('snakes@1/max(snake(x),tanh(x))')).toBeDefined();
    expect(await hashOf('snake(x)')).toBeUndefined();
    expect(await hashOf('relu(x)')).toBeDefined();
  });

  it('adds schemas and functions over its operators', async () => {
    await study.populate({ functions: ['tanh( snake(x) )', 'relu(tanh(x))'] });
    await study.populate({ schemas: ['unary(x)'], operators: 'all' });
    await until('the space is populated', populated);
    expect(await hashOf('snakes@1/tanh(snake(x))')).toBeDefined();
    expect(await study.summary()).toMatchObject({ functions: 29 + 2 + 4 });
  });

  it('merges a function with its built-in equal, which represents it', async () => {
    await study.populate({ functions: ['mul(zero(x),snake(x))'] });
    await until('the space is populated', populated);
    const zero = await hashOf('snakes@1/mul(zero(x),snake(x))');
    expect(zero).toBe(await hashOf('zero(x)'));
    expect((await pipeline.store.functions.names([zero!])).get(zero!)).toBe('zero(x)');
  });

  it('computes Fisher features, fits the plane and trains with them', async () => {
    await study.fisher({ functions: ['snake(x)', 'max(snake(x), tanh(x))', 'tanh(snake(x))'] });
    await until('the plane is there', async () => (await study.progress()).embedding.complete);
    const { fisher } = await study.progress();
    expect(fisher).toMatchObject({ defined: 3, undefined: 0, failed: 0 });
    await study.search({ trials: TRIALS });
    await until('the search ends', async () => (await study.progress()).search.complete, 120_000);
    const best = await study.best();
    expect(best.map(({ fn }) => fn).sort()).toEqual(['max(snake(x),tanh(x))', 'snake(x)', 'tanh(snake(x))']);
    expect(best[0]!.valAcc).toBeGreaterThan(0.5);
  });

  it('takes results from outside under its names', async () => {
    await study.clean();
    await study.report('snake(x)', { valAcc: 0.75 });
    expect(await study.best()).toMatchObject([{ fn: 'snake(x)', valAcc: 0.75 }]);
    await expect(study.report('snake(snake(x))', { valAcc: 1 })).rejects.toMatchObject({
      code: 'FUNCTION_NOT_IN_STUDY',
    });
  });

  it('refuses functions of another set', async () => {
    await expect(study.populate({ schemas: ['unary(x)'], operators: 'others' })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/made with operators snakes@1; functions of others must not mix/),
    });
  });

  describe('beside a study over another set whose operator has the same values', () => {
    let folder: string;
    const source = (name: string, body: string) =>
      `import { defineOperators } from 'aquasurf';
       import task from '${join(packageDir, 'examples/own-task.ts')}';
       export default [task, defineOperators({ name: '${name}', version: 1, unary: [
         { name: 'wave', evaluate: (x) => ${body}, tensor: (tf, x) => tf.add(x, tf.square(tf.sin(x))) }] })];`;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'aquasurf-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it('one function has a name for each; each study trains the one that it can read', async () => {
      const file = join(folder, 'others.ts');
      writeFileSync(file, source('others', 'x + Math.sin(x) ** 2'));
      const folders = { projectDir: packageDir, tasksDir: file };
      const operators = await resolveOperators('others', folders);
      const task = await resolveTask('two-spirals', folders);
      await createStudy(pipeline, { name: 'others', task, operators, space: ['wave(x)'] });
      const others = new Study('others', pipeline, folders);
      await consumers?.stop();
      consumers = startConsumers(services, 1, file);
      await others.populate();
      await until('the space is populated', async () => (await others.progress()).populate.complete);
      const hash = await hashOf('others@1/wave(x)');
      expect(hash).toBe(await hashOf('snakes@1/snake(x)'));
      expect((await pipeline.store.functions.names([hash!])).get(hash!)).toBe('others@1/wave(x)');
      await others.fisher({ functions: ['wave(x)'] });
      await until('the features are there', async () => (await others.progress()).fisher.complete);
      expect((await others.progress()).fisher.defined).toBe(1);
      expect((await pipeline.store.trials.get('others', hash!))?.fn).toBe('wave(x)');
      expect((await pipeline.store.trials.get('snakes', hash!))?.fn).toBe('snake(x)');
    });

    it('a changed source is refused until the version is raised', async () => {
      const file = join(folder, 'others.ts');
      writeFileSync(file, readFileSync(file, 'utf8').replace('x + Math', '0 + x + Math'));
      const folders = { projectDir: packageDir, tasksDir: file };
      const task = await resolveTask('two-spirals', folders);
      const changed = await resolveOperators('others', folders);
      await expect(createStudy(pipeline, { name: 'new', task, operators: changed, space: [] })).rejects.toMatchObject({
        code: 'OPERATORS_CHANGED',
        message: expect.stringMatching(/study others was made with .* raise the version to 2/),
      });
      await expect(
        new Study('others', pipeline, folders).populate({ functions: ['wave(wave(x))'] }),
      ).rejects.toMatchObject({ code: 'OPERATORS_CHANGED' });
    });

    it('a wrong gradient is found before a study is made, in a process of its own', async () => {
      const file = join(folder, 'wrong.ts');
      writeFileSync(file, source('wrong', 'x + Math.sin(x) ** 2 + 0.01 * x'));
      const folders = { projectDir: packageDir, tasksDir: file };
      const operators = await resolveOperators('wrong', folders);
      await expect(checkOperatorsApart(operators, folders, 'silent')).rejects.toMatchObject({
        code: 'OPERATOR_INVALID',
        message: expect.stringMatching(/"wave" of wrong@1: its tensor form at x = /),
      });
    });
  });
});
