import type { GrowingFactor } from './growing-factor.js';
import { distance, matern } from './matern.js';
import type { Points } from './points.js';

/** Rows of one block: its vectors for some hundreds of samples stay in a core's cache. */
export const BLOCK = 256;

/**
 * V = L⁻¹·K for a block of points against the samples, which both moments of the posterior are sums over (Rasmussen &
 * Williams 2006, algorithm 2.1): for a new sample only its own row has to be added, at one multiplication for each sample
 * before it and each point.
 */
export class WhitenedBlock {
  private count = 0;
  /** Sample after sample, a value for each point of the block. */
  private values: Float64Array = new Float64Array();

  constructor(
    private readonly points: Points,
    private readonly from: number,
    private readonly width: number,
  ) {}

  /** Forgets all samples but the first. */
  truncate(count: number): void {
    this.count = Math.min(count, this.count);
  }

  /** Forgets everything, its memory as well. */
  drop(): void {
    this.count = 0;
    this.values = new Float64Array();
  }

  /** Brings the block to all samples of the factor. @param rows of the samples, in the factor's order */
  grow(rows: readonly number[], factor: GrowingFactor, lengthScale: number): void {
    const { points, from, width } = this;
    this.reserve(factor.size);
    const { values } = this;
    for (; this.count < factor.size; this.count++) {
      const row = factor.row(this.count);
      const sample = rows[this.count]!;
      const own = values.subarray(this.count * width, (this.count + 1) * width);
      for (let c = 0; c < width; c++) own[c] = matern(distance(points, from + c, sample) / lengthScale);
      subtractRows(own, values, row, this.count);
      const scale = row[this.count]!;
      for (let c = 0; c < width; c++) own[c]! /= scale;
    }
  }

  /**
   * Adds to `mean` the sum of the whitened targets times the vectors, and to `explained` the share of the prior variance
   * that the samples take away.
   */
  addMoments(whitened: Float64Array, mean: Float64Array, explained: Float64Array): void {
    const { from, width, values } = this;
    let k = 0;
    for (; k + 3 < this.count; k += 4) {
      const [w0, w1, w2, w3] = [whitened[k]!, whitened[k + 1]!, whitened[k + 2]!, whitened[k + 3]!];
      for (let i = from, at = k * width; i < from + width; i++, at++) {
        const a = values[at]!;
        const b = values[at + width]!;
        const c = values[at + 2 * width]!;
        const d = values[at + 3 * width]!;
        mean[i]! += w0 * a + w1 * b + w2 * c + w3 * d;
        explained[i]! += a * a + b * b + c * c + d * d;
      }
    }
    for (; k < this.count; k++) {
      for (let i = from, at = k * width; i < from + width; i++, at++) {
        mean[i]! += whitened[k]! * values[at]!;
        explained[i]! += values[at]! * values[at]!;
      }
    }
  }

  private reserve(samples: number): void {
    const needed = samples * this.width;
    if (this.values.length >= needed) return;
    const larger = new Float64Array(Math.ceil(1.25 * needed));
    larger.set(this.values.subarray(0, this.count * this.width));
    this.values = larger;
  }
}

/** target -= Σ weights[k]·row k of the first `count` rows; four at a time, because memory is what it waits for. */
function subtractRows(target: Float64Array, rows: Float64Array, weights: Float64Array, count: number): void {
  const width = target.length;
  let k = 0;
  for (; k + 3 < count; k += 4) {
    const [w0, w1, w2, w3] = [weights[k]!, weights[k + 1]!, weights[k + 2]!, weights[k + 3]!];
    for (let i = 0, at = k * width; i < width; i++, at++) {
      const a = w0 * rows[at]!;
      const b = w1 * rows[at + width]!;
      const c = w2 * rows[at + 2 * width]!;
      target[i]! -= a + b + c + w3 * rows[at + 3 * width]!;
    }
  }
  for (; k < count; k++) {
    for (let i = 0, at = k * width; i < width; i++, at++) target[i]! -= weights[k]! * rows[at]!;
  }
}
