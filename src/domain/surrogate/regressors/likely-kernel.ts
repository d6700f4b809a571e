import type { Points } from '../points.js';
import { commonStart, GrowingFactor } from './growing-factor.js';
import { distance, matern } from './matern.js';

/** Length scales that are tried, as multiples of a typical distance. */
const LENGTH_SCALES = [1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2];
/** Variances of the noise that are tried, as shares of the signal's. */
const NOISES = [1e-3, 1e-2, 1e-1, 0.5];
/** Samples that the likelihood is computed on where there are more, for it costs their cube. */
const MOST = 120;

export interface Kernel {
  readonly lengthScale: number;
  /** Variance of the noise, as a share of the signal's. */
  readonly noise: number;
}

/**
 * Finds the kernel with the largest marginal likelihood on a small grid (Rasmussen & Williams 2006, section 5.4). Length
 * scales are powers of two about the median distance, so that a new sample hardly ever changes what they are; of more
 * than 120 samples those with the smallest hashes of their coordinates count, so that a new one rarely enters. Thus
 * factors are kept from call to call; the answer depends on the samples alone, up to rounding.
 */
export class LikelyKernel {
  private rows: number[] = [];
  /** Distances of sample i to those before it. */
  private distances: Float64Array[] = [];
  private unit = 1;
  /** Of rows that were asked about. */
  private readonly hashes = new Map<number, number>();
  /** By kernel, over `rows`. */
  private factors = new Map<string, { kernel: Kernel; factor: GrowingFactor }>();

  /**
   * @param rows of the samples, each once, in an order that depends on places and values only
   */
  find(points: Points, rows: ArrayLike<number>, targets: readonly number[]): Kernel {
    const members = this.membersOf(points, rows);
    const center = targets.reduce((sum, target) => sum + target, 0) / targets.length;
    const targetOf = new Map(members.map((i) => [rows[i]!, targets[i]! - center]));
    this.follow(points, targetOf);
    const centered = Float64Array.from(this.rows, (row) => targetOf.get(row)!);
    let best: Kernel = { lengthScale: this.unit, noise: NOISES.at(-1)! };
    let most = Number.NEGATIVE_INFINITY;
    for (const { kernel, factor } of this.factors.values()) {
      const likelihood = logLikelihood(factor, centered);
      if (likelihood > most) [best, most] = [kernel, likelihood];
    }
    return best;
  }

  /** Places in `rows` of the samples that count. */
  private membersOf(points: Points, rows: ArrayLike<number>): number[] {
    const all = Array.from({ length: rows.length }, (_, i) => i);
    if (rows.length <= MOST) return all;
    const hashes = Uint32Array.from(rows, (row) => {
      const known = this.hashes.get(row);
      if (known !== undefined) return known;
      const hash = placeHash(points, row);
      this.hashes.set(row, hash);
      return hash;
    });
    return all.sort((a, b) => hashes[a]! - hashes[b]! || a - b).slice(0, MOST);
  }

  /** Brings distances and factors to these samples. */
  private follow(points: Points, wanted: ReadonlyMap<number, number>): void {
    const kept = commonStart(this.rows, new Set(wanted.keys()));
    if (kept === this.rows.length && kept === wanted.size) return;
    this.rows.length = this.distances.length = kept;
    const known = new Set(this.rows);
    for (const row of wanted.keys()) {
      if (known.has(row)) continue;
      this.distances.push(Float64Array.from(this.rows, (before) => distance(points, row, before)));
      this.rows.push(row);
    }
    this.unit = typicalDistance(this.distances);
    const factors = new Map<string, { kernel: Kernel; factor: GrowingFactor }>();
    for (const lengthScale of LENGTH_SCALES.map((scale) => scale * this.unit)) {
      for (const noise of NOISES) {
        const name = `${lengthScale} ${noise}`;
        const { factor } = this.factors.get(name) ?? { factor: new GrowingFactor() };
        factor.truncate(kept);
        for (let i = factor.size; i < this.rows.length; i++) {
          const covariances = new Float64Array(i + 1);
          for (let k = 0; k < i; k++) covariances[k] = matern(this.distances[i]![k]! / lengthScale);
          covariances[i] = 1 + noise;
          factor.append(covariances);
        }
        factors.set(name, { kernel: { lengthScale, noise }, factor });
      }
    }
    this.factors = factors;
  }
}

/** Up to a constant, with the signal's variance that maximises it; -Infinity where targets are all equal. */
function logLikelihood(factor: GrowingFactor, targets: Float64Array): number {
  const n = targets.length;
  let squares = 0;
  for (const value of factor.solve(targets)) squares += value * value;
  return squares > 0 ? -(n / 2) * Math.log(squares / n) - factor.halfLogDeterminant() : Number.NEGATIVE_INFINITY;
}

/** A hash of a row's coordinates: a draw that is the same each time, whatever the other rows (xxHash's avalanche). */
function placeHash({ dimensions, coordinates }: Points, row: number): number {
  const place = Float64Array.from(coordinates.subarray(row * dimensions, (row + 1) * dimensions));
  let hash = 0;
  for (const word of new Uint32Array(place.buffer)) {
    hash = Math.imul(hash ^ word, 0x85ebca77);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae3d);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

/** The power of two nearest to the median of the positive distances; 1 where there are none. */
function typicalDistance(distances: readonly Float64Array[]): number {
  const all = new Float64Array(distances.reduce((sum, { length }) => sum + length, 0));
  let count = 0;
  for (const row of distances) for (const value of row) if (value > 0) all[count++] = value;
  const sorted = all.subarray(0, count).sort();
  return count === 0 ? 1 : 2 ** Math.round(Math.log2(sorted[count >> 1]!));
}
