import type { Points } from '../points.js';
import { checkSamples, type Prediction, type Regressor } from './regressor.js';

/** Neighbours of the original program and the paper (arXiv 2301.05785). */
const DEFAULT_NEIGHBOURS = 3;
/** Stands for no sample, after every sample. */
const NONE = 2 ** 31 - 1;

/**
 * The mean target of the k nearest points, uniform weights, Euclidean distance. Among equally near points the first
 * given counts, as in scikit-learn's brute-force search; the sum runs in the order given, so that two points with the
 * same neighbours get the same prediction to the last bit, which ties depend on. A point without a place (NaN) gets none.
 *
 * Samples are visited in both directions from the query along the first coordinate, until that coordinate alone is
 * farther than the k-th neighbour: the same neighbours as a search through all, at a fraction of the visits.
 */
export class KNearestNeighbours implements Regressor {
  readonly minimumSamples: number;
  readonly knowsUncertainty = false;
  private targets = new Float64Array();
  /** Samples by their first coordinate: their places in the order given, and their coordinates. */
  private order = new Int32Array();
  private first = new Float64Array();
  private coordinates = new Float64Array();
  private dimensions = 2;

  /** @param neighbours k, at least 1; default 3. */
  constructor(neighbours = DEFAULT_NEIGHBOURS) {
    if (!Number.isInteger(neighbours) || neighbours < 1) {
      throw new RangeError(`the number of neighbours must be a whole number of at least 1, not ${neighbours}`);
    }
    this.minimumSamples = neighbours;
  }

  /** @throws RangeError with fewer than k points, or not as many targets as points. */
  fit(points: Points, targets: ArrayLike<number>): void {
    checkSamples(`${this.minimumSamples} nearest neighbours need`, this.minimumSamples, points, targets);
    const { count, dimensions, coordinates } = points;
    const order = Array.from({ length: count }, (_, i) => i);
    order.sort((a, b) => coordinates[a * dimensions]! - coordinates[b * dimensions]!);
    this.order = Int32Array.from(order);
    this.first = Float64Array.from(order, (i) => coordinates[i * dimensions]!);
    this.coordinates = new Float64Array(count * dimensions);
    order.forEach((i, at) => {
      this.coordinates.set(coordinates.subarray(i * dimensions, (i + 1) * dimensions), at * dimensions);
    });
    this.dimensions = dimensions;
    this.targets = Float64Array.from(targets);
  }

  predict(points: Points): Prediction {
    const nearest = new Int32Array(this.minimumSamples);
    const distances = new Float64Array(this.minimumSamples);
    const mean = new Float64Array(points.count);
    for (let row = 0; row < points.count; row++) {
      this.findNearest(points.coordinates, row * this.dimensions, nearest, distances);
      sortSmall(nearest);
      let sum = 0;
      for (let i = 0; i < nearest.length; i++) sum += this.targets[nearest[i]!] ?? Number.NaN;
      mean[row] = sum / nearest.length;
    }
    return { mean };
  }

  /** Fills in the indices of the k nearest samples to the query at `from`, nearest first, by insertion. */
  private findNearest(queries: Points['coordinates'], from: number, nearest: Int32Array, distances: Float64Array) {
    const { first, order, dimensions, coordinates } = this;
    const x = queries[from]!;
    const last = nearest.length - 1;
    distances.fill(Number.POSITIVE_INFINITY);
    nearest.fill(NONE);
    let right = lowerBound(first, x);
    let left = right - 1;
    while (left >= 0 || right < first.length) {
      const toLeft = left >= 0 ? x - first[left]! : Number.POSITIVE_INFINITY;
      const toRight = right < first.length ? first[right]! - x : Number.POSITIVE_INFINITY;
      const at = toLeft < toRight || right === first.length ? left-- : right++;
      let distance = (x - first[at]!) * (x - first[at]!);
      // What comes in this direction and the other is no nearer.
      if (distance > distances[last]!) break;
      for (let d = 1, k = at * dimensions + 1; d < dimensions; d++, k++) {
        const difference = queries[from + d]! - coordinates[k]!;
        distance += difference * difference;
      }
      const i = order[at]!;
      let slot = last;
      if (!(distance < distances[slot]! || (distance === distances[slot]! && i < nearest[slot]!))) continue;
      for (; slot > 0; slot--) {
        const before = distances[slot - 1]!;
        if (before < distance || (before === distance && nearest[slot - 1]! < i)) break;
        distances[slot] = before;
        nearest[slot] = nearest[slot - 1]!;
      }
      distances[slot] = distance;
      nearest[slot] = i;
    }
  }
}

/** The first place whose value is not below x. */
function lowerBound(sorted: Float64Array, x: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle]! < x) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Insertion sort: k is small, and a typed array's own sort costs more than all the rest of a prediction. */
function sortSmall(values: Int32Array): void {
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    let at = i;
    for (; at > 0 && values[at - 1]! > value; at--) values[at] = values[at - 1]!;
    values[at] = value;
  }
}
