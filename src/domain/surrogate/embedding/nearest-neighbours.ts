import { blockDistances, type DistanceMetric, distanceLikeUmap, ROWS_PER_BLOCK } from './vector-distance.js';

/**
 * A vector of features: numbers as they are, or uint16 steps of 1/65535 (CDFs as they are stored), whose Manhattan
 * distances are exact whole numbers of steps.
 */
export type FeatureVector = Float32Array | Uint16Array;

export type { DistanceMetric } from './vector-distance.js';

/** For each of n points its k nearest ones, itself first, then by distance, ties by index; row-major n×k. */
export interface Neighbours {
  readonly size: number;
  readonly count: number;
  readonly index: Int32Array;
  readonly distance: Float64Array;
}

/** More than rounding to float32 can change a distance, relative to it. */
const ROUNDING_MARGIN = 1 + 1e-5;
/** Steps of a uint16 entry from 0 to 1. */
const STEPS = 65_535;
const LARGEST_FLOAT32 = (2 - 2 ** -23) * 2 ** 127;

/**
 * Exact nearest neighbours by comparing every pair once, n²·d/2 operations. The point itself counts among its
 * neighbours, as in umap-learn.
 *
 * The plain twin of the kernel in src/kernels/neighbour-search.ts, which gives the same bits ten times as fast.
 *
 * Every pair is measured in float64; the few that may be among the nearest are measured again with the rounding of
 * umap-learn (see `distanceLikeUmap`), which costs twice as much. Columns that are constant over all points are
 * skipped: they add exactly 0 to every distance, and most entries of Fisher features (CDFs that are still 0 or already
 * 1) are.
 *
 * @param vectors n vectors of one length, finite.
 * @param count Neighbours for each point; taken as n where it is larger.
 * @param onProgress Called with the share of pairs done, 0 to 1.
 * @throws RangeError for vectors of different lengths or with entries that are not finite.
 */
export function nearestNeighbours(
  vectors: readonly FeatureVector[],
  count: number,
  metric: DistanceMetric,
  onProgress?: (share: number) => void,
): Neighbours {
  const size = vectors.length;
  const { data, length } = packVaryingColumns(vectors);
  const nearest = new NearestLists(size, Math.min(count, size));
  const distances = new Float64Array(ROWS_PER_BLOCK);
  const measure = blockDistances(metric);

  for (let from = 0; from < size; from += ROWS_PER_BLOCK) {
    const to = Math.min(size, from + ROWS_PER_BLOCK);
    for (let other = from + 1; other < size; other++) {
      measure(data, length, from, other, distances);
      for (let row = from; row < to && row < other; row++) {
        const atLeast = distances[row - from]! / ROUNDING_MARGIN;
        if (atLeast < nearest.reach(row) || atLeast < nearest.reach(other)) {
          nearest.offer(row, other, distanceLikeUmap(data, length, row, other, metric));
        }
      }
    }
    onProgress?.(1 - ((size - to) / size) ** 2);
  }
  const element = vectors[0] instanceof Uint16Array ? 'uint16' : 'float32';
  const distance = nearest.distance.map((measured) => neighbourDistance(measured, metric, element));
  return { size, count: nearest.count, index: nearest.index, distance };
}

/**
 * What is measured (squares, steps) as a distance, rounded to float32; one beyond its range becomes its largest number,
 * not infinite.
 */
export function neighbourDistance(measured: number, metric: DistanceMetric, element: 'uint16' | 'float32'): number {
  const distance = metric === 'euclidean' ? Math.sqrt(measured) : measured;
  return Math.min(Math.fround(element === 'uint16' ? distance / STEPS : distance), LARGEST_FLOAT32);
}

/** The k nearest points seen so far of every point. Of equally near ones the first seen stays in front. */
class NearestLists {
  readonly index: Int32Array;
  readonly distance: Float64Array;

  constructor(
    size: number,
    readonly count: number,
  ) {
    this.index = new Int32Array(size * count);
    this.distance = new Float64Array(size * count).fill(Number.POSITIVE_INFINITY);
    for (let i = 0; i < size; i++) this.insert(i, i, 0);
  }

  /** Only nearer points than this enter the row's list. */
  reach(row: number): number {
    return this.distance[(row + 1) * this.count - 1]!;
  }

  offer(a: number, b: number, distance: number): void {
    if (distance < this.reach(a)) this.insert(a, b, distance);
    if (distance < this.reach(b)) this.insert(b, a, distance);
  }

  private insert(row: number, neighbour: number, distance: number): void {
    const first = row * this.count;
    let slot = first + this.count - 1;
    while (slot > first && this.distance[slot - 1]! > distance) {
      this.distance[slot] = this.distance[slot - 1]!;
      this.index[slot] = this.index[slot - 1]!;
      slot--;
    }
    this.distance[slot] = distance;
    this.index[slot] = neighbour;
  }
}

/** The vectors one after the other without the constant columns, and padding for the last block. */
function packVaryingColumns(vectors: readonly FeatureVector[]): { data: Float32Array; length: number } {
  const first = vectors[0] ?? new Float32Array();
  const varies = new Uint8Array(first.length);
  for (const [i, vector] of vectors.entries()) {
    if (vector.length !== first.length) {
      throw new RangeError(`vector ${i} has ${vector.length} entries, vector 0 has ${first.length}`);
    }
    for (let k = 0; k < vector.length; k++) {
      if (!Number.isFinite(vector[k])) throw new RangeError(`entry ${k} of vector ${i} is ${vector[k]}`);
      if (vector[k] !== first[k]) varies[k] = 1;
    }
  }
  const kept = Int32Array.from(varies.keys()).filter((k) => varies[k] === 1);
  const length = kept.length;
  const data = new Float32Array((vectors.length + ROWS_PER_BLOCK - 1) * length);
  for (const [i, vector] of vectors.entries()) {
    for (let k = 0; k < length; k++) data[i * length + k] = vector[kept[k]!]!;
  }
  return { data, length };
}
