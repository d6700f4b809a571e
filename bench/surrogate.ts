import { UMAP } from 'umap-js';
import { type FeatureTables, neighboursOfAll, neighboursOfNew } from '../dist/consumers/threads/feature-tables.js';
import { KernelThreads } from '../dist/consumers/threads/kernel-threads.js';
import { SeededRandom } from '../dist/domain/random/seeded-random.js';
import type { Neighbours } from '../dist/domain/surrogate/embedding/nearest-neighbours.js';
import { type TableVector, VectorTable } from '../dist/kernels/vector-table.js';
import { type Benchmark, type Row, rounded } from './benchmark.js';
import suggest from './suggest.js';
import { madeUpFeatures, outputsOfFunctions } from './surrogate-data.js';

const FUNCTIONS = 5000;
const ADDED = 100;
const FEATURES = [4000, 141_000];
const THREADS = 2;
const SEED = 1;

/**
 * Seconds to fit the plane of 5,000 functions on 2 threads, and to place 100 further ones in it, for Fisher vectors of
 * 4,000 and 141,000 entries: from the features in memory to the coordinates, as the surrogate's job does it. The outputs
 * are those of real functions, the Fisher vectors made up.
 *
 * umap-js has no union of two views and would not hold the long vectors: beside ours it lays out the outputs alone, of
 * the same functions, given our neighbours. `suggest` is that of the benchmark of this name.
 */
const benchmark: Benchmark = {
  summary: `seconds to fit the plane of ${FUNCTIONS} functions and to add ${ADDED}, beside umap-js (outputs, given neighbours)`,
  headline: (rows) => rows.at(-1)!,
  run: async (notify, options) => {
    notify('computing outputs');
    const outputs = outputsOfFunctions(FUNCTIONS + ADDED);
    const threads = new KernelThreads(THREADS);
    const cases: Row[] = [];
    let neighbours: Neighbours | undefined;
    for (const features of options.features ? [options.features] : FEATURES) {
      notify(`${features} features`);
      const measured = await measure(outputs, features, threads);
      neighbours = measured.neighbours;
      cases.push(measured.row);
    }
    await threads.close();
    notify('umap-js');
    const umapJs = { umap_js_refit_s: rounded(secondsOfUmapJs(outputs, neighbours!)) };
    notify('suggest');
    const [asked] = await suggest.run(notify, {});
    const { suggest_p50_ms, suggest_p99_ms } = asked as { suggest_p50_ms: number; suggest_p99_ms: number };
    return cases.map(({ peak_rss_mb, ...row }) => ({
      ...row,
      suggest_p50_ms,
      suggest_p99_ms,
      peak_rss_mb: peak_rss_mb!,
      ...umapJs,
    }));
  },
};
export default benchmark;

async function measure(outputs: readonly Float32Array[], features: number, threads: KernelThreads) {
  const random = new SeededRandom(`bench surrogate ${features}`);
  const fill = (columns: number, element: 'uint16' | 'float32', vectorOf: (i: number) => TableVector): VectorTable => {
    const table = new VectorTable({ rows: FUNCTIONS, columns, element, queries: ADDED });
    for (let i = 0; i < FUNCTIONS; i++) table.write(i, vectorOf(i));
    return table;
  };
  const outputTable = fill(outputs[0]!.length, 'float32', (i) => outputs[i]!);
  const fisherTable = fill(features, 'uint16', (i) => madeUpFeatures(outputs[i]!, features, random));
  const further = outputs.slice(FUNCTIONS);
  const added = { outputs: further, fisher: further.map((vector) => madeUpFeatures(vector, features, random)) };

  const started = performance.now();
  outputTable.prepare();
  fisherTable.prepare();
  const tables: FeatureTables = { hashes: [], outputs: outputTable, fisher: fisherTable };
  const neighbours = await neighboursOfAll(tables, threads.neighbours);
  const found = performance.now();
  const plane = await threads.run('embed', { neighbours, seed: SEED });
  const fitted = performance.now();
  const ofNew = await neighboursOfNew(tables, added, threads.neighbours);
  await threads.run('place', { plane, neighbours: ofNew, seed: SEED });
  const placed = performance.now();
  const row: Row = {
    n: FUNCTIONS,
    features,
    neighbours_s: rounded((found - started) / 1000),
    refit_s: rounded((fitted - started) / 1000),
    incremental_s: rounded((placed - fitted) / 1000),
    peak_rss_mb: rounded(process.resourceUsage().maxRSS / 1024),
  };
  return { row, neighbours: neighbours.outputs };
}

function secondsOfUmapJs(outputs: readonly Float32Array[], { index, distance, count }: Neighbours): number {
  const random = new SeededRandom(SEED);
  const rows = (values: ArrayLike<number>): number[][] =>
    Array.from({ length: FUNCTIONS }, (_, i) => Array.from({ length: count }, (_, j) => values[count * i + j]!));
  const data = outputs.slice(0, FUNCTIONS).map((vector) => [...vector]);
  const started = performance.now();
  const umap = new UMAP({ nNeighbors: count, minDist: 0.1, nEpochs: 500, random: () => random.next() });
  umap.setPrecomputedKNN(rows(index), rows(distance));
  umap.fit(data);
  return (performance.now() - started) / 1000;
}
