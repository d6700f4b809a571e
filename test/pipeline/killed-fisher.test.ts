import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cachePath, loadConfig } from '../../src/config.js';
import type { Supervisor } from '../../src/consumers/supervisor.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { FeatureComputer } from '../../src/nn/fisher/compute-features.js';
import { resolveTask } from '../../src/nn/tasks/task-registry.js';
import type { TrialDoc } from '../../src/store/documents.js';
import { unpackUint16 } from '../../src/store/mongo/vectors.js';
import { testServices } from '../support/services.js';
import { SPIRALS, spiralsStudy, startConsumers, until } from '../support/spirals-study.js';
import { testSize } from '../support/test-size.js';

/**
 * Full size is the run of the real thing: 1,000 functions in small-cnn, a consumer killed every 11 seconds (each that lives
 * for less than 10 is started again later than the one before) and all features compared; two to six minutes, by the
 * speed of the machine: `AQUASURF_TEST_SIZE=full npx vitest run test/pipeline/killed-fisher.test.ts`
 */
const FULL = testSize({ small: 0, full: 1 }) === 1;
const RUN = FULL
  ? {
      task: { name: 'fashion-mnist/small-cnn', file: SPIRALS },
      functions: 1000,
      kills: 1000,
      everyMs: 11_000,
      leastKills: 5,
      compared: 2000,
      space: 'binary(unary(x),unary(x))',
    }
  : {
      task: { name: 'two-spirals', file: SPIRALS },
      functions: 200,
      kills: 2,
      everyMs: 300,
      leastKills: 1,
      compared: 60,
      space: 'unary(unary(x))',
    };

describe('a consumer that is killed with -9 again and again while it computes Fisher features', () => {
  const services = testServices();
  let run: Awaited<ReturnType<typeof spiralsStudy>>;
  let consumers: Supervisor;
  beforeAll(async () => {
    run = await spiralsStudy(services, { space: [RUN.space], task: RUN.task });
    consumers = startConsumers(services, 1);
    await run.study.populate();
    await until('the space is populated', async () => (await run.study.progress()).populate.complete);
  });
  afterAll(async () => {
    await consumers.stop();
    await run.pipeline.close();
  });

  it('ends complete, with the features of each function in its own document', async () => {
    await run.study.fisher({ limit: RUN.functions });
    const all = RUN.functions + (await run.study.info()).baselines.length;
    const { fisher: begun } = await run.study.progress();
    expect(begun.owed + begun.defined + begun.undefined).toBe(all);
    let kills = 0;
    let [killedAt, thereThen] = [Date.now(), 0];
    await until(
      'no features are owed',
      async () => {
        const { owed, defined, undefined: without } = (await run.study.progress()).fisher;
        const there = defined + without;
        const [pid] = consumers.pids;
        // Each time some features have come since.
        if (owed > 0 && pid && kills < RUN.kills && there > thereThen && Date.now() - killedAt >= RUN.everyMs) {
          process.kill(pid, 'SIGKILL');
          [killedAt, thereThen] = [Date.now(), there];
          kills++;
        }
        return owed === 0;
      },
      FULL ? 1_700_000 : 170_000,
    );
    expect(kills).toBeGreaterThanOrEqual(RUN.leastKills);
    expect((await run.study.progress()).fisher.failed).toBe(0);
    expect(await wrongDocuments()).toEqual([]);
  }, 1_800_000);

  /** Functions whose stored features are not, to the bit, those that this process computes. */
  async function wrongDocuments(): Promise<string[]> {
    const { client, database } = run.pipeline.store;
    const trials = await client.db(database).collection<TrialDoc>('trials').find({ study: run.name }).toArray();
    const { tf } = await loadBackend('auto', { threads: 1 });
    const { task } = await resolveTask(RUN.task.name, { projectDir: process.cwd(), tasksDir: RUN.task.file });
    const data = await task.loadData!({ cacheDir: cachePath(loadConfig().cacheDir), notify: () => {} });
    const computer = new FeatureComputer({ tf, task, data, settings: (await run.study.info()).fisher });
    const wrong: string[] = [];
    for (const { fn, fisher } of trials.slice(0, RUN.compared)) {
      const computed = await computer.compute(fn!);
      const stored = fisher.features && [...unpackUint16(fisher.features)];
      const same = computed.defined ? stored?.join() === computed.features.join() : fisher.reason === computed.reason;
      if (!same) wrong.push(fn!);
    }
    return wrong;
  }
});
