import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Db, Document } from 'mongodb';
import { Supervisor } from '../dist/consumers/supervisor.js';
import { createLogger } from '../dist/log.js';
import { fashionMnistSmallCnn } from '../dist/nn/tasks/fashion-mnist-small-cnn.js';
import { createStudy } from '../dist/producers/create-study.js';
import type { Pipeline } from '../dist/queues/pipeline.js';
import { populationChecksum } from '../dist/store/checksum.js';
import { createIndexes } from '../dist/store/mongo/indexes.js';
import type { Store } from '../dist/store/store.js';
import { Study } from '../dist/study.js';
import { databaseUri, withBenchPipeline } from './bench-pipeline.js';
import { type Benchmark, rounded } from './benchmark.js';
import { type CpuSeconds, cpuSeconds } from './cpu-seconds.js';

const STUDY = 'bench';
const THREADS = 2;
/** Documents in a command, commands under way, and whether it is the bare command instead of `insertMany`. */
type Batch = { size: number; parallel: number; bare: boolean };
/** What the bound tries. */
const SIZES = [2500, 5000, 10_000];
const PARALLEL = [2, 4];
/** Documents read at once, those of each trial of the bound, and those in order at a time. */
const PAGE = 50_000;

/**
 * The standard space, 1,023,524 functions: seconds for computing alone (two threads, nothing stored), for populating by
 * the whole pipeline (queues, one consumer with two threads, database), and for doing it again. The bound inserts the
 * same documents into the same server by the driver alone, with the batch size and parallelism that were fastest.
 */
const benchmark: Benchmark = {
  summary: 'seconds to populate the standard space, beside inserting the same documents by the driver alone',
  run: async (notify) => {
    notify('computing alone');
    const compute = await computeAlone();
    return withBenchPipeline(notify, async (pipeline) => {
      const stored = await throughPipeline(pipeline, notify);
      notify('the bound: inserting the same documents');
      const bound = await bounds(pipeline.store, notify);
      return [
        {
          functions: stored.functions,
          unique: stored.unique,
          compute_s: rounded(compute.computeSeconds),
          compute_cpu_s: rounded(compute.cpuSeconds),
          store_s: rounded(stored.seconds),
          bound_s: rounded(bound.alone.seconds),
          ratio: rounded(stored.seconds / bound.alone.seconds),
          bare_bound_s: rounded(bound.bare),
          bare_ratio: rounded(stored.seconds / bound.bare),
          bound_beside_computing_s: rounded(bound.besideComputing),
          ratio_beside_computing: rounded(stored.seconds / bound.besideComputing),
          rerun_s: rounded(stored.again),
          peak_rss_mb: Math.round(compute.peakRssMb),
          consumer_cpu_s: rounded(stored.cpu.ours),
          database_cpu_s: rounded(stored.cpu.database),
          bound_driver_cpu_s: rounded(bound.alone.cpu.ours),
          bound_database_cpu_s: rounded(bound.alone.cpu.database),
          checksum: stored.checksum,
        },
      ];
    });
  },
};
export default benchmark;

/** Stored in about a second. */
const LAST_RANGES = 2;

async function computeAlone(): Promise<{ computeSeconds: number; cpuSeconds: number; peakRssMb: number }> {
  const program = fileURLToPath(new URL('populate-compute.mjs', import.meta.url));
  const { stdout } = await execa(process.execPath, [program, String(THREADS)], { stderr: 'inherit' });
  return JSON.parse(stdout);
}

/** CPU seconds from here on. */
function stopwatch(pids: readonly number[]): () => CpuSeconds {
  const before = cpuSeconds(pids);
  return () => {
    const now = cpuSeconds(pids);
    return { database: now.database - before.database, ours: now.ours - before.ours };
  };
}

async function throughPipeline(pipeline: Pipeline, notify: (line: string) => void) {
  const { store, queues } = pipeline;
  const task = { task: fashionMnistSmallCnn, sourceHash: 'bench', origin: 'bench' };
  await createStudy(pipeline, { name: STUDY, task, space: ['standard'] });
  const study = new Study(STUDY, pipeline);
  const supervisor = new Supervisor({
    redisUrl: queues.address.redisUrl,
    mongodbUri: databaseUri(store),
    consumers: [
      {
        queues: ['schema-expansion', 'output-features'],
        gpu: undefined,
        threads: THREADS,
        tasksDir: undefined,
        graceSeconds: 5,
        leaseMs: undefined,
      },
    ],
    log: createLogger({ level: 'warn' }),
    logLevel: 'warn',
  });
  try {
    while ((await queues.consumers('output-features')) === 0) await wait(50);
    notify('populating');
    const cpuSince = stopwatch(supervisor.pids);
    const seconds = await populate(study, store);
    const cpu = cpuSince();
    notify(`populated in ${rounded(seconds)} s; again`);
    const again = await populate(study, store);
    notify('counting, and a checksum over all documents');
    const { functions, unique } = await study.summary();
    return { seconds, cpu, again, functions, unique, checksum: (await populationChecksum(store)).checksum };
  } finally {
    await supervisor.stop();
  }
}

/**
 * @returns seconds until everything is there: looked for every second, for each look takes time from what is measured, and
 *   every 50 ms while the last ranges are under way
 */
async function populate(study: Study, store: Store): Promise<number> {
  const started = performance.now();
  await study.populate();
  const { spaces } = await store.studies.get(STUDY);
  for (;;) {
    const expanded = await store.spaces.countExpanded(spaces);
    const { ranges, done } = await store.spaces.progress(spaces);
    if (expanded === spaces.length && ranges === done) return (performance.now() - started) / 1000;
    const last = expanded === spaces.length && ranges - done <= LAST_RANGES;
    await wait(last ? 50 : expanded < spaces.length ? 100 : 1000);
  }
}

/**
 * The bound by `insertMany`; by the bare command, which the pipeline uses too; and how long it takes while all is
 * computed beside it on the same cores: what is left is what the pipeline itself costs. Reading the documents is not counted.
 */
async function bounds(store: Store, notify: (line: string) => void) {
  const best = await fastest(store, false, notify);
  const documents = await allDocuments(store);
  const cpuSince = stopwatch([process.pid]);
  const seconds = await insertAll(store, documents, best);
  const alone = { seconds, cpu: cpuSince() };
  notify('the bound by bare commands');
  const bare = await insertAll(store, documents, await fastest(store, true, notify));
  notify('the bound with computing beside it');
  const [inserting, computing] = await Promise.all([insertAll(store, documents, best), computeAlone()]);
  return { alone, bare, besideComputing: Math.max(inserting, computing.computeSeconds) };
}

async function allDocuments(store: Store): Promise<Array<{ collection: string; documents: Document[] }>> {
  const source = store.client.db(store.database);
  const read = (name: string) => source.collection(name).find({}, { batchSize: PAGE }).toArray();
  // Nobody meets functions in the order of their hashes, which an index takes three times as fast: by name instead.
  const functions = (await read('functions')).sort((a, b) => (a.rank < b.rank ? -1 : 1));
  return [
    { collection: 'functions', documents: functions },
    { collection: 'aliases', documents: await read('aliases') },
    { collection: 'members', documents: await read('members') },
  ];
}

/** @returns seconds that inserting took, into a database that is dropped again */
async function insertAll(
  store: Store,
  all: ReadonlyArray<{ collection: string; documents: Document[] }>,
  batch: Batch,
): Promise<number> {
  const target = store.client.db(`${store.database}-bound`);
  try {
    await createIndexes(target);
    let seconds = 0;
    for (const { collection, documents } of all) {
      for (let begin = 0; begin < documents.length; begin += PAGE) {
        seconds += await insert(target, collection, documents.slice(begin, begin + PAGE), batch);
      }
    }
    return seconds;
  } finally {
    await target.dropDatabase();
  }
}

async function fastest(store: Store, bare: boolean, notify: (line: string) => void): Promise<Batch> {
  const target = store.client.db(`${store.database}-bound`);
  const names = store.client.db(store.database).collection('aliases').find({}, { batchSize: PAGE, limit: PAGE });
  const page = await names.toArray();
  const tried: Array<{ batch: Batch; seconds: number }> = [];
  const batches = SIZES.flatMap((size) => PARALLEL.map((parallel) => ({ size, parallel, bare })));
  // Twice each, in turn: other work on the machine slows one down more than a batch size does.
  for (const batch of [...batches, ...batches]) {
    await createIndexes(target);
    tried.push({ batch, seconds: await insert(target, 'aliases', page, batch) });
    await target.dropDatabase();
  }
  const [best] = tried.sort((a, b) => a.seconds - b.seconds);
  const { size, parallel } = best!.batch;
  notify(`fastest: ${size} documents in a command${bare ? ' (bare)' : ''}, ${parallel} commands at once`);
  return best!.batch;
}

async function insert(
  target: Db,
  collection: string,
  documents: readonly Document[],
  { size, parallel, bare }: Batch,
): Promise<number> {
  const commands: Document[][] = [];
  for (let begin = 0; begin < documents.length; begin += size) {
    commands.push(documents.slice(begin, begin + size).sort((a, b) => (a._id < b._id ? -1 : 1)));
  }
  const queue = commands.values();
  const started = performance.now();
  const lane = async () => {
    for (const command of queue) {
      if (bare) await target.command({ insert: collection, documents: command, ordered: false });
      else await target.collection(collection).insertMany(command, { ordered: false });
    }
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  return (performance.now() - started) / 1000;
}
