/**
 * UMAP's layout: stochastic gradient descent that draws connected points together and, by negative sampling, pushes
 * random others away (arXiv 1802.03426, algorithm 5), as umap-learn 0.5.5's `optimize_layout_euclidean` does it.
 *
 * Departures from umap-learn: the random numbers are the project's own, one stream for all points; coordinates are
 * float64; powers come from a table (relative error 1e-5). So coordinates differ while method and quality are the same.
 */
import type { SeededRandom } from '../random/seeded-random.js';
import { PowerTable } from './power-table.js';
import type { SimilarityCurve } from './similarity-curve.js';
import { dropWeakEdges, type SparseGraph } from './sparse-graph.js';

export interface LayoutOptions {
  readonly curve: SimilarityCurve;
  readonly epochs: number;
  /** Random points pushed away for each edge that draws; default 5. */
  readonly negativeSamples?: number;
  /** Called with the share of epochs done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** Bounds each component of a step, in units of the learning rate. */
const LARGEST_STEP = 4;
/** Keeps the push of a near point finite. */
const NEAR = 0.001;

/** Epochs as umap-learn chooses them. */
export const layoutEpochs = (points: number): number => (points <= 10_000 ? 500 : 200);

/**
 * Moves the n×2 row-major coordinates in place. An edge of weight w is drawn w/wₘₐₓ times an epoch on average; the
 * learning rate falls linearly from 1.
 */
export function optimizeLayout(
  coordinates: Float64Array,
  graph: SparseGraph,
  random: SeededRandom,
  { curve: { a, b }, epochs, negativeSamples = 5, onProgress }: LayoutOptions,
): void {
  const edges = scheduleEdges(dropWeakEdges(graph, epochs), negativeSamples);
  const { head, tail, period, nextDraw, nextPush } = edges;
  const points = graph.size;
  const powers = new PowerTable(b);
  for (let epoch = 0; epoch < epochs; epoch++) {
    // umap-learn lowers the rate after the epoch, by the epoch's own number: the first two have rate 1.
    const rate = 1 - Math.max(0, epoch - 1) / epochs;
    for (let edge = 0; edge < head.length; edge++) {
      if (nextDraw[edge]! > epoch) continue;
      const i = 2 * head[edge]!;
      const j = 2 * tail[edge]!;
      let x = coordinates[i]!;
      let y = coordinates[i + 1]!;
      let dx = x - coordinates[j]!;
      let dy = y - coordinates[j + 1]!;
      let square = dx * dx + dy * dy;
      if (square > 0) {
        const power = powers.at(square);
        const pull = (-2 * a * b * power) / (square * (a * power + 1));
        const stepX = clip(pull * dx) * rate;
        const stepY = clip(pull * dy) * rate;
        x += stepX;
        y += stepY;
        coordinates[j] = coordinates[j]! - stepX;
        coordinates[j + 1] = coordinates[j + 1]! - stepY;
      }
      nextDraw[edge] = nextDraw[edge]! + period[edge]!;

      const pushPeriod = period[edge]! / negativeSamples;
      const pushes = Math.floor((epoch - nextPush[edge]!) / pushPeriod);
      for (let push = 0; push < pushes; push++) {
        const k = 2 * Math.floor(random.next() * points);
        if (k === i) continue;
        dx = x - coordinates[k]!;
        dy = y - coordinates[k + 1]!;
        square = dx * dx + dy * dy;
        // Coincident points are not pushed: they have no direction.
        if (square === 0) continue;
        const force = (2 * b) / ((NEAR + square) * (a * powers.at(square) + 1));
        x += clip(force * dx) * rate;
        y += clip(force * dy) * rate;
      }
      nextPush[edge] = nextPush[edge]! + pushes * pushPeriod;
      coordinates[i] = x;
      coordinates[i + 1] = y;
    }
    onProgress?.((epoch + 1) / epochs);
  }
}

/** Each edge with the epochs between its draws, and when it is next drawn and next owes pushes. */
function scheduleEdges(graph: SparseGraph, negativeSamples: number) {
  const largest = graph.weight.reduce((x, y) => Math.max(x, y), 0);
  const head = new Int32Array(graph.column.length);
  for (let i = 0; i < graph.size; i++) head.fill(i, graph.rowStart[i]!, graph.rowStart[i + 1]!);
  const period = Float64Array.from(graph.weight, (weight) => largest / weight);
  return {
    head,
    tail: graph.column,
    period,
    nextDraw: period.slice(),
    nextPush: period.map((epochs) => epochs / negativeSamples),
  };
}

const clip = (step: number): number => Math.max(-LARGEST_STEP, Math.min(LARGEST_STEP, step));
