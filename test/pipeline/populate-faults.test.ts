import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config.js';
import type { Supervisor } from '../../src/consumers/supervisor.js';
import { type Addresses, openPipeline } from '../../src/open-pipeline.js';
import { findServices } from '../../src/services/services.js';
import { type PopulationChecksum, populationChecksum } from '../../src/store/checksum.js';
import type { Store } from '../../src/store/store.js';
import { Study } from '../../src/study.js';
import { testServices } from '../support/services.js';
import { spiralsStudy, startConsumers, until } from '../support/spirals-study.js';

const SPACE = ['unary(unary(x))', 'binary(unary(x),unary(x))'];

describe('populating again after a fault leaves what an undisturbed run leaves', () => {
  const cleanups: Array<() => Promise<unknown>> = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });
  let undisturbed: PopulationChecksum & { functions: number; unique: number };

  async function begin(services: Addresses, consumers = 1) {
    const run = await spiralsStudy(services, { space: SPACE });
    cleanups.push(() => run.pipeline.close());
    const supervisor = startConsumers(services, consumers);
    cleanups.push(() => supervisor.stop());
    return { ...run, supervisor };
  }

  async function outcome({ study, pipeline: { store } }: Awaited<ReturnType<typeof begin>>) {
    await study.populate();
    const complete = () => study.progress().then(({ populate }) => populate.complete);
    await until('the space is populated', () => complete().catch(() => false), 120_000);
    const { functions, unique } = await study.summary();
    return { ...(await populationChecksum(store)), functions, unique };
  }

  beforeAll(async () => {
    const services = testServices();
    const run = await begin(services);
    undisturbed = await outcome(run);
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    await services.drop();
  }, 180_000);

  it('which is every name once', () => {
    expect(undisturbed.functions).toBe(729 + 5103 + 8);
    expect(undisturbed.counts).toMatchObject({ aliases: 5840, functions: undisturbed.unique });
  });

  it.each(['functions', 'aliases', 'members'])(
    'consumers killed with -9 when the first %s are stored',
    async (collection) => {
      const run = await begin(testServices(), 2);
      await run.study.populate();
      await untilStored(run.pipeline.store, collection);
      killAll(run.supervisor);
      await untilStored(run.pipeline.store, collection);
      killAll(run.supervisor);
      expect(await outcome(run)).toEqual(undisturbed);
    },
    240_000,
  );

  it('the queues obliterated on the way', async () => {
    const run = await begin(testServices());
    await run.study.populate();
    await untilStored(run.pipeline.store, 'functions');
    for (const queue of run.pipeline.queues.all()) await queue.obliterate({ force: true });
    expect(await outcome(run)).toEqual(undisturbed);
  }, 240_000);

  it('the database killed with -9 and started again on the way', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'aquasurf-faults-'));
    cleanups.push(() => rm(dataDir, { recursive: true, force: true }));
    const config = { ...loadConfig(), redisUrl: undefined, mongodbUri: undefined, dataDir };
    const start = async () => {
      const services = await findServices(config, { start: true, localhost: false, notify: () => {} });
      cleanups.push(() => services.close());
      return services;
    };
    const services = await start();
    const run = await begin(services);
    await run.study.populate();
    await untilStored(run.pipeline.store, 'functions');
    const record = JSON.parse(await readFile(join(dataDir, 'services/mongodb.json'), 'utf8'));
    for (const { pid } of record.processes) process.kill(pid, 'SIGKILL');
    // It may come back on another port, so the second run is one of new processes.
    const restarted = await start();
    const pipeline = await openPipeline(restarted);
    cleanups.push(() => pipeline.close());
    const supervisor = startConsumers(restarted, 1);
    cleanups.push(() => supervisor.stop());
    expect(await outcome({ ...run, supervisor, pipeline, study: new Study(run.name, pipeline) })).toEqual(undisturbed);
  }, 300_000);
});

async function untilStored(store: Store, collection: string): Promise<void> {
  const documents = store.client.db(store.database).collection(collection);
  while (!(await documents.findOne({}))) await new Promise((resolve) => setTimeout(resolve, 2));
}

function killAll(supervisor: Supervisor): void {
  for (const pid of supervisor.pids) process.kill(pid, 'SIGKILL');
}
