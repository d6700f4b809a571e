import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { Document } from 'mongodb';
import { Supervisor } from '../dist/consumers/supervisor.js';
import { createLogger } from '../dist/log.js';
import { fashionMnistSmallCnn } from '../dist/nn/tasks/fashion-mnist-small-cnn.js';
import { createStudy } from '../dist/producers/create-study.js';
import type { Pipeline } from '../dist/queues/pipeline.js';
import { populationChecksum } from '../dist/store/checksum.js';
import { createIndexes } from '../dist/store/indexes.js';
import type { Store } from '../dist/store/store.js';
import { Study } from '../dist/study.js';
import { withBenchPipeline } from './bench-pipeline.js';
import { type Benchmark, rounded } from './benchmark.js';

const STUDY = 'bench';
const THREADS = 2;
/** What the bound tries: documents in a command, and commands under way. */
const BATCHES = [1000, 2500, 5000, 10_000].flatMap((size) => [1, 2, 4].map((parallel) => ({ size, parallel })));
/** Documents in memory at once, and those of each trial of the bound. */
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
    const program = fileURLToPath(new URL('populate-compute.mjs', import.meta.url));
    const { stdout } = await execa(process.execPath, [program, String(THREADS)], { stderr: 'inherit' });
    const compute = JSON.parse(stdout);
    return withBenchPipeline(notify, async (pipeline) => {
      const stored = await throughPipeline(pipeline, notify);
      notify('the bound: inserting the same documents');
      const bound = await insertAgain(pipeline.store, notify);
      return [
        {
          functions: stored.functions,
          unique: stored.unique,
          compute_s: rounded(compute.computeSeconds),
          compute_cpu_s: rounded(compute.cpuSeconds),
          store_s: rounded(stored.seconds),
          bound_s: rounded(bound),
          ratio: rounded(stored.seconds / bound),
          rerun_s: rounded(stored.again),
          peak_rss_mb: Math.round(compute.peakRssMb),
          checksum: stored.checksum,
        },
      ];
    });
  },
};
export default benchmark;

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
    const seconds = await populate(study);
    notify(`populated in ${rounded(seconds)} s; again`);
    const again = await populate(study);
    notify('counting, and a checksum over all documents');
    const { functions, unique } = await study.summary();
    return { seconds, again, functions, unique, checksum: (await populationChecksum(store)).checksum };
  } finally {
    await supervisor.stop();
  }
}

/** @returns seconds until everything is there */
async function populate(study: Study): Promise<number> {
  const started = performance.now();
  await study.populate();
  // As often as the command line looks: asking costs the database time, too.
  while (!(await study.progress()).populate.complete) await wait(500);
  return (performance.now() - started) / 1000;
}

/** @returns seconds that inserting took; reading the documents beforehand is not counted */
async function insertAgain(store: Store, notify: (line: string) => void): Promise<number> {
  const source = store.client.db(store.database);
  const target = store.client.db(`${store.database}-bound`);
  try {
    const best = await fastest(store, notify);
    await createIndexes(target);
    let seconds = 0;
    // Nobody meets functions in the order of their hashes, which an index takes three times as fast: by name instead.
    const functions = await source.collection('functions').find({}, { batchSize: PAGE }).toArray();
    functions.sort((a, b) => (a.rank < b.rank ? -1 : 1));
    while (functions.length > 0) {
      seconds += await insert(target.collection('functions'), functions.splice(0, PAGE), best);
    }
    for (const name of ['aliases', 'members']) {
      for await (const page of pages(source.collection(name).find({}, { batchSize: PAGE }))) {
        seconds += await insert(target.collection(name), page, best);
      }
    }
    return seconds;
  } finally {
    await target.dropDatabase();
  }
}

async function fastest(store: Store, notify: (line: string) => void): Promise<(typeof BATCHES)[number]> {
  const target = store.client.db(`${store.database}-bound`);
  const names = store.client.db(store.database).collection('aliases').find({}, { batchSize: PAGE, limit: PAGE });
  const page = await names.toArray();
  const tried: Array<{ batch: (typeof BATCHES)[number]; seconds: number }> = [];
  for (const batch of BATCHES) {
    await createIndexes(target);
    tried.push({ batch, seconds: await insert(target.collection('aliases'), page, batch) });
    await target.dropDatabase();
  }
  const [best] = tried.sort((a, b) => a.seconds - b.seconds);
  notify(`fastest: ${best!.batch.size} documents in a command, ${best!.batch.parallel} commands at once`);
  return best!.batch;
}

async function insert(
  collection: { insertMany(documents: Document[], options: { ordered: boolean }): Promise<unknown> },
  documents: readonly Document[],
  { size, parallel }: (typeof BATCHES)[number],
): Promise<number> {
  const commands: Document[][] = [];
  for (let begin = 0; begin < documents.length; begin += size) {
    commands.push(documents.slice(begin, begin + size).sort((a, b) => (a._id < b._id ? -1 : 1)));
  }
  const queue = commands.values();
  const started = performance.now();
  const lane = async () => {
    for (const command of queue) await collection.insertMany(command, { ordered: false });
  };
  await Promise.all(Array.from({ length: parallel }, lane));
  return (performance.now() - started) / 1000;
}

async function* pages(cursor: AsyncIterable<Document>): AsyncGenerator<Document[]> {
  let page: Document[] = [];
  for await (const document of cursor) {
    page.push(document);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function databaseUri(store: Store): string {
  const { hosts } = store.client.options;
  return `mongodb://${hosts.map(String).join(',')}/${store.database}`;
}
