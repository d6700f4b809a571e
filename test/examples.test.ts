import { type ExecFileOptions, execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entryPoint, packageDir } from '../src/config.js';
import type { Supervisor } from '../src/consumers/supervisor.js';
import { openStudy } from '../src/index.js';
import type { OpenStudy } from '../src/open-study.js';
import { testServices } from './support/services.js';
import { startConsumers, until } from './support/spirals-study.js';

const jiti = join(packageDir, 'node_modules/jiti/lib/jiti-cli.mjs');

// In ten seconds on a calm machine.
describe('the examples, run as their first lines say', { timeout: 120_000 }, () => {
  const services = testServices();
  const { redisUrl, mongodbUri } = services;
  const options: ExecFileOptions = {
    cwd: packageDir,
    env: { ...process.env, REDIS_URL: redisUrl, MONGODB_URI: mongodbUri },
    timeout: 60_000,
  };
  const node = async (...args: string[]) => String((await promisify(execFile)(process.execPath, args, options)).stdout);
  let consumers: Supervisor | undefined;
  let study: OpenStudy;

  beforeAll(() => {
    consumers = startConsumers(services, 1);
  });
  afterAll(async () => {
    await study?.close();
    await consumers?.stop();
    await services.drop();
  });
  const populated = async () => (await study.progress()).populate.complete;

  it('enqueue-schema.ts imports the package by its name and enqueues; a consumer does the work', async () => {
    expect(await node(jiti, 'examples/enqueue-schema.ts')).toContain('spaces: 3');
    study = await openStudy('spirals', { redisUrl, mongodbUri });
    await until('the space is populated', populated);
    const { functions, unique, evaluated } = await study.summary();
    // The baselines are among the 27 of unary(x).
    expect({ functions, evaluated }).toEqual({ functions: 27 + 27 ** 2, evaluated: 0 });
    expect(unique).toBeGreaterThan(400);
    expect(unique).toBeLessThan(27 + 27 ** 2);
  });

  it('enqueue-schema.ts run again finds its study and changes nothing', async () => {
    const before = await study.summary();
    await node(jiti, 'examples/enqueue-schema.ts');
    await until('the space is populated', populated);
    expect(await study.summary()).toEqual(before);
  });

  it('own-task.ts makes a study from the command line, whose network is trained', async () => {
    const create = ['study', 'create', 'own', '--tasks', 'examples/own-task.ts', '--task', 'two-spirals'];
    await node(entryPoint('cli/main'), ...create, '--space', 'max(x,tanh(x))');
    const own = await openStudy('own', { redisUrl, mongodbUri });
    try {
      await own.populate();
      await until('the space is populated', async () => (await own.progress()).populate.complete);
      expect(await own.fisher()).toBe(9);
      await until('the plane is there', async () => (await own.progress()).embedding.complete);
      await own.search({ trials: 2 });
      await until('the search ends', async () => (await own.progress()).search.complete);
      const best = await own.best();
      expect(best).toHaveLength(2);
      expect(best[0]!.valAcc).toBeGreaterThan(0.5);
    } finally {
      await own.close();
    }
  });
});
