/**
 * Places new functions in a plane that is there, without moving what it holds: at the weighted mean of their neighbours,
 * then a few epochs of UMAP's layout in which only they move (as umap-learn's `transform`, arXiv 1802.03426, section 4).
 *
 * Departures from umap-learn: weights come from both views, united as l + r - l·r and divided by each function's largest;
 * new functions are no neighbours of one another, so that the place of each depends on the others by pushes alone.
 */
import { SeededRandom } from '../../random/seeded-random.js';
import { type EmbeddingKernels, type GraphOptions, similarityCurve, type ViewNeighbours } from './embedding.js';
import { forceTables } from './force-table.js';
import { localMetric } from './fuzzy-graph.js';
import type { Neighbours } from './nearest-neighbours.js';
import { descend as plainDescend } from './umap-layout.js';

interface PlaceOptions extends Pick<GraphOptions, 'boundless'> {
  readonly seed: number;
  readonly kernels?: EmbeddingKernels;
}

const EPOCHS = 100;
/** Of the rate at which a plane begins, as in umap-learn. */
const RATE = 1 / 4;
const NEGATIVE_SAMPLES = 5;

/**
 * @param plane n×2 coordinates of the functions that are there; left as they are
 * @param neighbours of the m new functions among those n, nearest first, themselves not counted
 * @returns m×2 coordinates, finite
 */
export function placePoints(plane: Float32Array, neighbours: ViewNeighbours, options: PlaceOptions): Float32Array {
  const { outputs, fisher } = neighbours;
  const old = plane.length / 2;
  const count = outputs.size;
  if (old === 0) throw new RangeError('there is no plane to place functions in');
  const coordinates = new Float64Array(plane.length + 2 * count);
  coordinates.set(plane);
  const edges: { head: number; tail: number; weight: number }[] = [];
  const [ofOutputs, ofFisher] = [outputs, fisher].map((view) => view && memberships(view, options.boundless ?? false));
  for (let i = 0; i < count; i++) {
    const weights = unitedRow(ofOutputs!(i), ofFisher?.(i) ?? new Map());
    let total = 0;
    for (const [tail, weight] of weights) {
      total += weight;
      for (const axis of [0, 1]) coordinates[2 * (old + i) + axis]! += weight * plane[2 * tail + axis]!;
      if (weight >= 1 / EPOCHS) edges.push({ head: old + i, tail, weight });
    }
    for (const axis of [0, 1]) coordinates[2 * (old + i) + axis]! /= total;
  }
  (options.kernels?.descend ?? plainDescend)({
    coordinates,
    head: Int32Array.from(edges, ({ head }) => head),
    tail: Int32Array.from(edges, ({ tail }) => tail),
    period: Float64Array.from(edges, ({ weight }) => 1 / weight),
    epochs: EPOCHS,
    negativeSamples: NEGATIVE_SAMPLES,
    forces: forceTables(similarityCurve()),
    state: new SeededRandom(`place ${options.seed}`).stream().state,
    rate: RATE,
    tailsStay: true,
  });
  return Float32Array.from(coordinates.subarray(plane.length));
}

/** Gives the membership of each neighbour of function i: 1 up to the nearest, then falling (algorithm 2 of the paper). */
function memberships(neighbours: Neighbours, boundless: boolean): (i: number) => Map<number, number> {
  const { size, count, index, distance } = neighbours;
  // The search for widths takes the first of each row for the function itself.
  const withSelf = new Float64Array(size * (count + 1));
  for (let i = 0; i < size; i++) {
    withSelf.set(distance.subarray(i * count, (i + 1) * count), i * (count + 1) + 1);
  }
  const own = { size, count: count + 1, index: new Int32Array(withSelf.length), distance: withSelf };
  const { sigma, rho } = localMetric(own, { boundless });
  return (i) => {
    const row = new Map<number, number>();
    for (let slot = i * count; slot < (i + 1) * count; slot++) {
      const beyond = distance[slot]! - rho[i]!;
      row.set(index[slot]!, beyond <= 0 ? 1 : Math.exp(-beyond / sigma[i]!));
    }
    return row;
  };
}

function unitedRow(left: Map<number, number>, right: Map<number, number>): Map<number, number> {
  const united = new Map<number, number>();
  let largest = 0;
  for (const tail of new Set([...left.keys(), ...right.keys()])) {
    const [l, r] = [left.get(tail) ?? 0, right.get(tail) ?? 0];
    const weight = l + r - l * r;
    united.set(tail, weight);
    largest = Math.max(largest, weight);
  }
  for (const [tail, weight] of united) united.set(tail, weight / largest);
  return united;
}
