import { setTimeout as wait } from 'node:timers/promises';
import type { Job } from 'bullmq';
import { Supervisor } from '../dist/consumers/supervisor.js';
import { createLogger } from '../dist/log.js';
import { resolveTask } from '../dist/nn/tasks/task-registry.js';
import { createStudy } from '../dist/producers/create-study.js';
import type { Pipeline } from '../dist/queues/pipeline.js';
import type { TrialDoc } from '../dist/store/documents.js';
import { Study } from '../dist/study.js';
import { databaseUri, withBenchPipeline } from './bench-pipeline.js';
import { type Benchmark, rounded } from './benchmark.js';
import { bareSeconds, pinToCore } from './fisher-bare.js';

const STUDY = 'bench';
/** As many as the largest job has. */
const JOB = 64;
/** Functions measured with each number of consumers: as many jobs for each of two. */
const FUNCTIONS = 6 * JOB;
/** Of the bound. */
const BARE_FUNCTIONS = 2 * JOB;
/** Functions that each consumer does before a measurement, so that backend and data are loaded and code is compiled. */
const WARM_UP = 16;

/** Seconds that consumers took, and those of them that went into features. */
interface Measured {
  wall: number;
  computing: number;
}

/**
 * Fisher features by one and by two consumers of one thread, through the whole pipeline: functions a second, and the
 * share of the consumers' time that is not spent on features (queue, database, waiting), from the first job taken to the
 * last one done. Beside it the bound: one and two compute processes alone. Both do the same functions: one of them half
 * before and half after what two do, since the speed of a machine with other guests changes within a minute. Each
 * consumer, its compute process included, and each process alone has one core and no part of another, but with
 * `--no-pinned`.
 */
const benchmark: Benchmark = {
  summary: 'Fisher features through queue and database, 1 and 2 consumers of one thread, beside processes alone',
  run: (notify, { pinned = true }) =>
    withBenchPipeline(notify, async (pipeline) => {
      const task = await resolveTask('fashion-mnist/small-cnn', { projectDir: '.' });
      await createStudy(pipeline, { name: STUDY, task, space: ['binary(unary(x),unary(x))'] });
      const study = new Study(STUDY, pipeline);
      const consume = async (consumers: number, functions: (names: string[]) => string[]) => {
        notify(`${consumers} consumers`);
        return withConsumers(pipeline, { consumers, pinned }, async () => {
          const names = await functionsOf(study, pipeline);
          for (let i = 0; i < consumers; i++) {
            const from = FUNCTIONS + i * WARM_UP;
            await study.fisher({ functions: names.slice(from, from + WARM_UP), fromScratch: true });
          }
          await allDone(pipeline);
          return measure(study, pipeline, functions(names));
        });
      };
      const half = FUNCTIONS / 2;
      const first = await consume(1, (names) => names.slice(0, half));
      const two = await consume(2, (names) => names.slice(0, FUNCTIONS));
      const second = await consume(1, (names) => names.slice(half, FUNCTIONS));

      notify('processes alone');
      const info = await study.info();
      const names = (await functionsOf(study, pipeline)).slice(0, BARE_FUNCTIONS);
      const bareFirst = await bareSeconds(info, names.slice(0, BARE_FUNCTIONS / 2), { processes: 1, pinned });
      const bareTwo = await bareSeconds(info, names, { processes: 2, pinned });
      const bareSecond = await bareSeconds(info, names.slice(BARE_FUNCTIONS / 2), { processes: 1, pinned });
      const bareOne = bareFirst + bareSecond;

      const one = { wall: first.wall + second.wall, computing: first.computing + second.computing };
      const row = (consumers: number, { wall, computing }: Measured, bare: number) => ({
        consumers,
        functions: FUNCTIONS,
        seconds: rounded(wall),
        per_second: rounded(FUNCTIONS / wall),
        overhead: rounded(1 - computing / (wall * consumers)),
        times_one: rounded(one.wall / wall),
        alone_per_second: rounded(BARE_FUNCTIONS / bare),
        alone_times_one: rounded(bareOne / bare),
      });
      return [row(1, one, bareOne), row(2, two, bareTwo)];
    }),
};
export default benchmark;

async function withConsumers<T>(
  { store, queues }: Pipeline,
  { consumers, pinned }: { consumers: number; pinned: boolean },
  body: () => Promise<T>,
): Promise<T> {
  const supervisor = new Supervisor({
    redisUrl: queues.address.redisUrl,
    mongodbUri: databaseUri(store),
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
    while (((await queues.consumers('fisher-eigenvalues')) ?? consumers) < consumers) await wait(50);
    if (pinned) await Promise.all(supervisor.pids.map(pinToCore));
    return await body();
  } finally {
    await supervisor.stop();
  }
}

/** Names of functions of the study, the same ones each time; it is populated first where it is not. */
async function functionsOf(study: Study, { store }: Pipeline): Promise<string[]> {
  await study.populate();
  while (!(await study.progress()).populate.complete) await wait(200);
  const { spaces } = await study.info();
  const hashes = await store.functions.hashesFrom(spaces, { usable: true, limit: FUNCTIONS + 2 * WARM_UP });
  const names = await store.functions.names(hashes);
  return hashes.map((hash) => names.get(hash)!);
}

async function measure(study: Study, pipeline: Pipeline, functions: string[]): Promise<Measured> {
  const { store } = pipeline;
  const enqueued = Date.now();
  await study.fisher({ functions, fromScratch: true });
  const jobs = (await allDone(pipeline)).filter((job) => job.timestamp >= enqueued);
  if (!(await study.progress()).fisher.complete) throw new Error('jobs ended, and features are owed');
  const trials = store.client.db(store.database).collection<TrialDoc>('trials');
  const found = await trials.find({ fn: { $in: functions } }, { projection: { 'fisher.seconds': 1 } }).toArray();
  const seconds = found.map(({ fisher }) => fisher.seconds ?? 0);
  if (found.length !== functions.length) throw new Error(`${found.length} of ${functions.length} have features`);
  return {
    wall: (Math.max(...jobs.map((job) => job.finishedOn!)) - Math.min(...jobs.map((job) => job.processedOn!))) / 1000,
    computing: seconds.reduce((sum, value) => sum + value, 0),
  };
}

/** Waits until no job is left. Looking more often would take from the consumers a part of a core. */
async function allDone({ queues }: Pipeline): Promise<Job[]> {
  const queue = queues.queue('fisher-eigenvalues');
  while ((await queue.getJobCountByTypes('active', 'waiting', 'delayed')) > 0) await wait(500);
  return queue.getJobs(['completed']);
}
