import type { Points } from '../points.js';
import type { GrowingFactor } from './growing-factor.js';
import { distance, matern } from './matern.js';

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
  /** Share of each point's prior variance that the samples take away: the sum of its values' squares. */
  private explained: Float64Array;

  constructor(
    private readonly points: Points,
    private readonly from: number,
    private readonly width: number,
  ) {
    this.explained = new Float64Array(width);
  }

  /** Forgets all samples but the first. */
  truncate(count: number): void {
    if (count >= this.count) return;
    this.count = count;
    this.explained.fill(0);
    for (let k = 0; k < count; k++) this.explain(this.values.subarray(k * this.width, (k + 1) * this.width));
  }

  /** Forgets everything, its memory as well. */
  drop(): void {
    this.count = 0;
    this.values = new Float64Array();
    this.explained.fill(0);
  }

  /**
   * Brings the block to all samples of the factor; adds to `mean` the sum of the whitened targets times the vectors, and
   * writes to `explained` the share of the prior variance that the samples take away.
   * @param rows of the samples, in the factor's order
   */
  moments(
    rows: readonly number[],
    factor: GrowingFactor,
    lengthScale: number,
    whitened: Float64Array,
    mean: Float64Array,
    explained: Float64Array,
  ): void {
    const { from, width } = this;
    this.reserve(factor.size);
    const sum = mean.subarray(from, from + width);
    const own = new Float64Array(width);
    // All that is there is read for each new sample: for the last one and the mean in one go.
    while (this.count < factor.size - 1) {
      const row = this.covariances(own, rows, factor, lengthScale);
      addRows(own, row, own, NOTHING, this.values, this.count);
      this.append(own, row[this.count]!);
    }
    if (this.count < factor.size) {
      const row = this.covariances(own, rows, factor, lengthScale);
      addRows(own, row, sum, whitened, this.values, this.count);
      this.append(own, row[this.count]!);
      for (let c = 0, last = this.count - 1; c < width; c++) sum[c]! += whitened[last]! * own[c]!;
    } else {
      addRows(own, NOTHING, sum, whitened, this.values, this.count);
    }
    explained.set(this.explained, from);
  }

  /** Writes the covariances of the next sample to `own`. @returns its row of the factor */
  private covariances(own: Float64Array, rows: readonly number[], factor: GrowingFactor, lengthScale: number) {
    const sample = rows[this.count]!;
    for (let c = 0; c < own.length; c++) own[c] = matern(distance(this.points, this.from + c, sample) / lengthScale);
    return factor.row(this.count);
  }

  private append(own: Float64Array, scale: number): void {
    for (let c = 0; c < own.length; c++) own[c]! /= scale;
    this.values.set(own, this.count * this.width);
    this.count += 1;
    this.explain(own);
  }

  private explain(own: Float64Array): void {
    for (let c = 0; c < own.length; c++) this.explained[c]! += own[c]! * own[c]!;
  }

  private reserve(samples: number): void {
    const needed = samples * this.width;
    if (this.values.length >= needed) return;
    const larger = new Float64Array(Math.ceil(1.25 * needed));
    larger.set(this.values.subarray(0, this.count * this.width));
    this.values = larger;
  }
}

const NOTHING = new Float64Array();

/**
 * less -= Σ a[k]·row k, and more += Σ b[k]·row k, over the first `count` rows; four at a time and both at once, because
 * memory is what it waits for. Weights that are `NOTHING` are zero.
 */
function addRows(
  less: Float64Array,
  a: Float64Array,
  more: Float64Array,
  b: Float64Array,
  rows: Float64Array,
  count: number,
): void {
  const width = less.length;
  const weight = (weights: Float64Array, k: number): number => (weights === NOTHING ? 0 : weights[k]!);
  let k = 0;
  for (; k + 3 < count; k += 4) {
    const [a0, a1, a2, a3] = [weight(a, k), weight(a, k + 1), weight(a, k + 2), weight(a, k + 3)];
    const [b0, b1, b2, b3] = [weight(b, k), weight(b, k + 1), weight(b, k + 2), weight(b, k + 3)];
    for (let i = 0, at = k * width; i < width; i++, at++) {
      const r0 = rows[at]!;
      const r1 = rows[at + width]!;
      const r2 = rows[at + 2 * width]!;
      const r3 = rows[at + 3 * width]!;
      less[i]! -= a0 * r0 + a1 * r1 + (a2 * r2 + a3 * r3);
      more[i]! += b0 * r0 + b1 * r1 + (b2 * r2 + b3 * r3);
    }
  }
  for (; k < count; k++) {
    for (let i = 0, at = k * width; i < width; i++, at++) {
      less[i]! -= weight(a, k) * rows[at]!;
      more[i]! += weight(b, k) * rows[at]!;
    }
  }
}
