import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageDir } from '../../src/config.js';
import { canonicalHash } from '../../src/index.js';
import { resolveTask } from '../../src/nn/tasks/task-registry.js';
import { openPipeline } from '../../src/open-pipeline.js';
import { createStudy } from '../../src/producers/create-study.js';
import type { Pipeline } from '../../src/queues/pipeline.js';
import { Study } from '../../src/study.js';
import { testServices } from '../support/services.js';
import { startConsumers, until } from '../support/spirals-study.js';

/** Predicts the second coordinate, whatever was measured; wants two samples. */
const MODULE = (base: string) => `
import spirals from ${JSON.stringify(base)};
const regressor = () => ({ minimumSamples: 2, fit() {}, predict: (points) => points.map(([, y]) => y) });
export default { ...spirals, name: 'spirals-own', regressor };
`;

describe('a regressor that the task brings', () => {
  const services = testServices();
  const folder = mkdtempSync(join(tmpdir(), 'own-regressor-'));
  const file = join(folder, 'own.ts');
  const modules = { projectDir: packageDir, tasksDir: file };
  let pipeline: Pipeline & { close: () => Promise<void> };
  const names = ['tanh(x)', 'relu(x)', 'erf(x)', 'swish(x)', 'elu(x)'];

  beforeAll(async () => {
    writeFileSync(file, MODULE(pathToFileURL(join(packageDir, 'examples/own-task.ts')).href));
    pipeline = await openPipeline(services);
    const task = await resolveTask('spirals-own', modules);
    const baselines = ['tanh(x)', 'relu(x)'];
    await createStudy(pipeline, {
      ...{ name: 'own', space: names, regressor: 'task' },
      task: { ...task, task: { ...task.task, baselines } },
    });
  });
  afterAll(async () => {
    await pipeline.close();
    await services.drop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('chooses, for the library and for workers', async () => {
    const consumers = startConsumers(services, 1, file);
    try {
      const study = new Study('own', pipeline, modules);
      await study.populate();
      await until('the space is populated', async () => (await study.progress()).populate.complete);
      await study.fisher();
      const settled = async () => (await study.progress()).fisher.defined === names.length;
      await until('all have Fisher features', settled);
      for (const name of ['tanh(x)', 'relu(x)']) await study.report(name, { valAcc: 0.5 });
      // A plane of our own making, newer than any that is fitted: the higher, the more wanted.
      const hashes = names.map((name) => canonicalHash(name));
      const points = Float32Array.from(names.flatMap((_, i) => [0, [0, 0, 3, 9, 6][i]!]));
      await pipeline.store.embeddings.put('own', { version: 1000, hashes, points });

      expect((await study.suggest()).fn).toBe('swish(x)');
      const mine = { fit: () => undefined, predict: (rows: number[][]) => rows.map(([, y = 0]) => -y) };
      expect((await study.suggest({ regressor: mine })).fn).toBe('erf(x)');
      expect((await study.claim(60_000, { regressor: mine })).fn).toBe('erf(x)');
      await study.search({ trials: 4 });
      await until('a worker has trained', async () => (await study.progress()).trials.done >= 3);
      const third = (await pipeline.store.trials.finished('own')).find(({ number }) => number > 2);
      expect(third?.fn).toBe('swish(x)');
    } finally {
      await consumers.stop();
    }
  });

  it('and principal components are computed where a study chooses by them', async () => {
    const consumers = startConsumers(services, 1, file);
    try {
      const task = await resolveTask('spirals-own', modules);
      const surrogate = { regressor: 'gaussian-process', places: 'components' } as const;
      await createStudy(pipeline, { ...{ name: 'components', space: names, task }, ...surrogate });
      const study = new Study('components', pipeline, modules);
      await study.populate();
      await until('the space is populated', async () => (await study.progress()).populate.complete);
      await study.fisher();
      const stored = () => pipeline.store.components.latest('components');
      await until('the components are there', async () => ((await stored())?.version ?? 0) >= names.length);
      expect((await stored())?.points).toMatchObject({ count: expect.any(Number), dimensions: expect.any(Number) });
      await study.search({ trials: 9 });
      await until('workers have trained', async () => (await study.progress()).trials.done >= 9);
    } finally {
      await consumers.stop();
    }
  });

  it('must be there when the study names it', async () => {
    const task = await resolveTask('fashion-mnist/small-cnn', modules);
    const wanted = createStudy(pipeline, { name: 'none', task, space: names, regressor: 'task' });
    await expect(wanted).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/brings no regressor/),
    });
    const unsure = createStudy(pipeline, { name: 'none', task, space: names, acquisition: 'ei' });
    await expect(unsure).rejects.toMatchObject({ code: 'USAGE', message: expect.stringMatching(/gaussian-process/) });
  });
});
