/**
 * UMAP's layout: stochastic gradient descent that draws connected points together and, by negative sampling, pushes
 * random others away (arXiv 1802.03426, algorithm 5), as umap-learn 0.5.5's `optimize_layout_euclidean` does it.
 *
 * Departures from umap-learn:
 * - The random numbers are the project's own, one stream for all points.
 * - The pushes of one draw are all taken from where the draw left the point, not each from where the last one left it.
 * - Coordinates are float64; forces come from tables (relative error 2e-4).
 *
 * So coordinates differ while method and quality are the same.
 */
import type { SeededRandom } from '../../random/seeded-random.js';
import { Xoshiro128 } from '../../random/xoshiro128.js';
import { ForceLookup, type ForceTable, forceTables } from './force-table.js';
import type { SimilarityCurve } from './similarity-curve.js';
import { dropWeakEdges, type SparseGraph } from './sparse-graph.js';

interface LayoutOptions {
  readonly curve: SimilarityCurve;
  readonly epochs: number;
  /** Random points pushed away for each edge that draws; default 5. */
  readonly negativeSamples?: number;
  /** Called with the share of epochs done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
  /** What does the work: `descend`, the default, or a kernel that gives the same bits. */
  readonly descend?: Descend;
}

/** What one descent works on. Edge e draws `head[e]` and `tail[e]` together. */
export interface LayoutProblem {
  /** n×2, row-major; moved in place. */
  readonly coordinates: Float64Array;
  readonly head: Int32Array;
  readonly tail: Int32Array;
  /** Epochs from one draw of each edge to the next. */
  readonly period: Float64Array;
  readonly epochs: number;
  readonly negativeSamples: number;
  readonly forces: { readonly pull: ForceTable; readonly push: ForceTable };
  /** State of the random generator xoshiro128**. */
  readonly state: Uint32Array;
  /** Learning rate of the first epochs. */
  readonly rate: number;
  /** Only heads move: points that are no head stay where they are. */
  readonly tailsStay: boolean;
}

export type Descend = (problem: LayoutProblem, onProgress?: (share: number) => void) => void;

/** Bounds each component of a step, in units of the learning rate. */
export const LARGEST_STEP = 4;
const TWO_POW_32 = 2 ** 32;

const FULL = { rate: 1, tailsStay: false };

/** Epochs as umap-learn chooses them. */
export const layoutEpochs = (points: number): number => (points <= 10_000 ? 500 : 200);

/** umap-learn lowers the rate after the epoch, by the epoch's own number: the first two have rate 1. */
export const learningRate = (epoch: number, { rate, epochs }: LayoutProblem): number =>
  rate * (1 - Math.max(0, epoch - 1) / epochs);

/**
 * Moves the n×2 row-major coordinates in place. An edge of weight w is drawn w/wₘₐₓ times an epoch on average; the
 * learning rate falls linearly from 1.
 */
export function optimizeLayout(
  coordinates: Float64Array,
  graph: SparseGraph,
  random: SeededRandom,
  { curve, epochs, negativeSamples = 5, onProgress, descend: run = descend }: LayoutOptions,
): void {
  const strong = dropWeakEdges(graph, epochs);
  const largest = strong.weight.reduce((x, y) => Math.max(x, y), 0);
  const head = new Int32Array(strong.column.length);
  for (let i = 0; i < strong.size; i++) head.fill(i, strong.rowStart[i]!, strong.rowStart[i + 1]!);
  const period = Float64Array.from(strong.weight, (weight) => largest / weight);
  const { state } = random.stream();
  const forces = forceTables(curve);
  run({ coordinates, head, tail: strong.column, period, epochs, negativeSamples, forces, state, ...FULL }, onProgress);
}

/** The descent in plain TypeScript: the twin of the kernel `wasmDescend`. */
export const descend: Descend = (problem, onProgress) => {
  const { coordinates, head, tail, period, epochs, negativeSamples, forces, state, tailsStay } = problem;
  const points = coordinates.length / 2;
  const nextDraw = period.slice();
  const nextPush = period.map((wait) => wait / negativeSamples);
  const random = new Xoshiro128(state);
  const table = new ForceLookup();
  for (let epoch = 0; epoch < epochs; epoch++) {
    const rate = learningRate(epoch, problem);
    for (let edge = 0; edge < head.length; edge++) {
      if (nextDraw[edge]! > epoch) continue;
      const i = 2 * head[edge]!;
      const j = 2 * tail[edge]!;
      let x = coordinates[i]!;
      let y = coordinates[i + 1]!;
      const dx = x - coordinates[j]!;
      const dy = y - coordinates[j + 1]!;
      const pull = table.force(forces.pull, dx * dx + dy * dy);
      const stepX = clip(pull * dx) * rate;
      const stepY = clip(pull * dy) * rate;
      x += stepX;
      y += stepY;
      if (!tailsStay) {
        coordinates[j] = coordinates[j]! - stepX;
        coordinates[j + 1] = coordinates[j + 1]! - stepY;
      }
      nextDraw[edge] = nextDraw[edge]! + period[edge]!;

      const pushPeriod = period[edge]! / negativeSamples;
      const pushes = Math.floor((epoch - nextPush[edge]!) / pushPeriod);
      let pushX = 0;
      let pushY = 0;
      for (let push = 0; push < pushes; push++) {
        const k = 2 * Math.floor((random.bits() / TWO_POW_32) * points);
        if (k === i) continue;
        // Coincident points are not pushed: they have no direction.
        const ux = x - coordinates[k]!;
        const uy = y - coordinates[k + 1]!;
        const force = table.force(forces.push, ux * ux + uy * uy);
        pushX += clip(force * ux);
        pushY += clip(force * uy);
      }
      nextPush[edge] = nextPush[edge]! + pushes * pushPeriod;
      coordinates[i] = x + pushX * rate;
      coordinates[i + 1] = y + pushY * rate;
    }
    onProgress?.((epoch + 1) / epochs);
  }
};

const clip = (step: number): number => Math.max(-LARGEST_STEP, Math.min(LARGEST_STEP, step));
