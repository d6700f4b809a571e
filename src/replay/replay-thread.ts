import { SeededRandom } from '../domain/random/seeded-random.js';
import { type Judgement, type RunFigures, runFigures } from '../domain/replay/judge.js';
import { type Opening, replaySearch } from '../domain/replay/replay.js';
import { createSearcher, type PlaneName, type SearcherName } from '../domain/replay/searchers.js';
import { featureComponents } from '../domain/surrogate/components.js';
import { layoutGraph, viewGraph } from '../domain/surrogate/embedding/embedding.js';
import type { SparseGraph } from '../domain/surrogate/embedding/sparse-graph.js';
import { FeatureScout, RANDOM_SHARE } from '../domain/surrogate/feature-scout.js';
import type { Points } from '../domain/surrogate/points.js';
import { wasmEmbeddingKernels as kernels } from '../kernels/embedding-kernels.js';
import { type PlaneFits, spread } from './plane-fits.js';

/** One search against the table. */
interface RunTask {
  searcher: SearcherName;
  names: string[];
  hashes: string[];
  baselines: number[];
  judgement: Judgement;
  duration: Float64Array;
  /** Of the searcher's plane, where it reads one. */
  fits: PlaneFits | undefined;
  /** Lay the graph out anew for each suggestion instead of drawing among the fits. */
  refit: boolean;
  /** Where only some functions have Fisher features at the start. */
  scarce: ScarceFeatures | undefined;
  trials: number;
  /** The last so many of the trials train the best functions again. */
  retrain: number;
  workers: number;
  seed: number;
}

/** Fisher features are computed while the search runs. */
export interface ScarceFeatures {
  /** Functions that have them at the start, the baselines aside. */
  start: number;
  /** Functions that get them for each finished trial. */
  perTrial: number;
  /** `predicted`: those that output features alone predict to be good, with a share of random ones. */
  policy: 'predicted' | 'random';
  /** Output features of all rows, for `predicted`. */
  outputs: Float32Array[];
}

export interface RunAnswer extends RunFigures {
  /** Rows by trial number. */
  chosen: number[];
}

/** What the threads of a replay do. */
export interface ReplayTasks {
  graph: (task: {
    plane: Exclude<PlaneName, 'components'>;
    outputs: Float32Array[];
    fisher: Float32Array[];
  }) => SparseGraph;
  components: (task: { outputs: Float32Array[]; fisher: Float32Array[] }) => Points;
  layout: (task: { graph: SparseGraph; seed: string }) => Float32Array;
  run: (task: RunTask) => RunAnswer;
}

export const graph: ReplayTasks['graph'] = ({ plane, outputs, fisher }) =>
  viewGraph(plane, { outputs, fisher }, { kernels });

export const components: ReplayTasks['components'] = (views) => featureComponents(views);

export const layout: ReplayTasks['layout'] = ({ graph, seed }) =>
  layoutGraph(graph, new SeededRandom(seed), undefined, kernels.descend);

export const run: ReplayTasks['run'] = (task) => {
  const { names, hashes, baselines, judgement, fits, seed } = task;
  const table = { names, rowOf: new Map(hashes.map((hash, row) => [hash, row])) };
  const fit = (random: SeededRandom): Points => {
    if (!fits) throw new Error(`searcher ${task.searcher} reads a plane that was not fitted`);
    if (!task.refit || !fits.graph) return fits.layouts[random.integer(fits.layouts.length)]!;
    return spread(layoutGraph(fits.graph, random, undefined, kernels.descend), fits.rows, names.length);
  };
  const closed = fits && Uint8Array.from(names, () => 1);
  const open = task.scarce && fits ? startingRows(fits.rows, task.scarce.start, seed) : (fits?.rows ?? []);
  for (const row of open) closed![row] = 0;
  const opening = task.scarce && fits && openingOf(task.scarce, fits.rows);
  const searcher = createSearcher(task.searcher, { table, fit });
  const chosen = replaySearch({
    ...{ searcher, seen: judgement.seen, closed, opening },
    ...{ baselines, trials: task.trials - task.retrain, workers: task.workers, duration: task.duration, seed },
  });
  return {
    chosen,
    ...runFigures(chosen, judgement, new Set(baselines), { worth: searcher.worth, retrain: task.retrain }),
  };
};

function startingRows(rows: Int32Array, count: number, seed: number): number[] {
  return new SeededRandom(`features at the start ${seed}`).shuffle(Array.from(rows)).slice(0, count);
}

function openingOf({ outputs, perTrial, policy }: ScarceFeatures, rows: Int32Array): Opening {
  const scout = new FeatureScout(outputs);
  return {
    ...{ perTrial, possible: Array.from(rows) },
    learn: (row, value) => scout.learn(outputs[row]!, value),
    choose: (closed, count, random) => scout.choose(closed, count, random, policy === 'random' ? 1 : RANDOM_SHARE),
  };
}
