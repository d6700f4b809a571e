import { setTimeout as wait } from 'node:timers/promises';
import { Supervisor } from '../dist/consumers/supervisor.js';
import { createLogger } from '../dist/log.js';
import { resolveTask } from '../dist/nn/tasks/task-registry.js';
import { createStudy } from '../dist/producers/create-study.js';
import type { Pipeline } from '../dist/queues/pipeline.js';
import type { Queues } from '../dist/queues/queues.js';
import type { TrialDoc } from '../dist/store/documents.js';
import { Study } from '../dist/study.js';
import { withBenchPipeline } from './bench-pipeline.js';
import { type Benchmark, type Row, rounded } from './benchmark.js';

const STUDY = 'bench';
/** As many as the largest job has. */
const JOB = 64;
/** Functions measured with each number of consumers: as many jobs for each of two. */
const FUNCTIONS = 6 * JOB;

/**
 * Fisher features through the whole pipeline, by one consumer and by two, one thread each: functions a second, and the
 * share of the consumers' time that is not spent on features (queue, database, waiting). Before each measurement every
 * consumer does one job, so that all have loaded backend and data.
 */
const benchmark: Benchmark = {
  summary: 'Fisher features through queue and database: 1 and 2 consumers of one thread',
  run: (notify) =>
    withBenchPipeline(notify, async (pipeline) => {
      const task = await resolveTask('fashion-mnist/small-cnn', { projectDir: '.' });
      await createStudy(pipeline, { name: STUDY, task, space: ['binary(unary(x),unary(x))'] });
      const study = new Study(STUDY, pipeline);
      const rows: Row[] = [];
      for (const consumers of [1, 2]) rows.push(await measure(study, pipeline, consumers, notify));
      const alone = Number(rows[0]!.per_second);
      return rows.map((row) => ({ ...row, times_one: rounded(Number(row.per_second) / alone) }));
    }),
};
export default benchmark;

async function measure(
  study: Study,
  pipeline: Pipeline,
  consumers: number,
  notify: (line: string) => void,
): Promise<Row> {
  const { store, queues } = pipeline;
  const { hosts } = store.client.options;
  const supervisor = new Supervisor({
    redisUrl: queues.address.redisUrl,
    mongodbUri: `mongodb://${hosts.map(String).join(',')}/${store.database}`,
    consumers: Array.from({ length: consumers }, () => ({
      queues: ['schema-expansion', 'output-features', 'fisher-eigenvalues'],
      gpu: undefined,
      threads: 1,
      tasksDir: undefined,
      graceSeconds: 5,
      leaseMs: undefined,
    })),
    log: createLogger({ level: 'warn' }),
    logLevel: 'warn',
  });
  try {
    while ((await queues.consumers('fisher-eigenvalues')) < consumers) await wait(50);
    await study.populate();
    while (!(await study.progress()).populate.complete) await wait(200);
    const trials = store.client.db(store.database).collection<TrialDoc>('trials');
    const seconds = async () =>
      (await trials.find({ 'fisher.seconds': { $gt: 0 } }).toArray()).map((t) => t.fisher.seconds!);
    notify(`${consumers} consumers: warming up`);
    await compute(study, queues, JOB * consumers);
    const before = await seconds();
    notify(`${consumers} consumers: ${FUNCTIONS} functions`);
    const wall = await compute(study, queues, FUNCTIONS);
    const after = await seconds();
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    return {
      consumers,
      functions: after.length - before.length,
      seconds: rounded(wall),
      per_second: rounded((after.length - before.length) / wall),
      overhead: rounded(1 - (sum(after) - sum(before)) / (wall * consumers)),
    };
  } finally {
    await supervisor.stop();
  }
}

/** @returns seconds until so many more functions have features */
async function compute(study: Study, queues: Queues, more: number): Promise<number> {
  const { defined, undefined: without, failed } = (await study.progress()).fisher;
  const { baselines } = await study.info();
  const started = performance.now();
  await study.fisher({ limit: Math.max(0, defined + without + failed - baselines.length) + more });
  // Asking the database for progress over and over would take a part of a core from the consumers.
  const queue = queues.queue('fisher-eigenvalues');
  while ((await queue.getJobCountByTypes('active', 'waiting', 'delayed')) > 0) await wait(50);
  const seconds = (performance.now() - started) / 1000;
  if (!(await study.progress()).fisher.complete) throw new Error('jobs ended, and features are owed');
  return seconds;
}
