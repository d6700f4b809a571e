import { dot } from '../../dot.js';
import type { Question } from '../choose.js';
import type { Points } from '../points.js';
import { commonStart, GrowingFactor } from './growing-factor.js';
import { type Kernel, LikelyKernel } from './likely-kernel.js';
import { distance, matern } from './matern.js';
import type { Prediction } from './regressor.js';
import { BLOCK, WhitenedBlock } from './whitened-block.js';

/** Numbers that are kept between questions: 128 MB. Blocks beyond are computed anew each time. */
const MOST_KEPT = 2 ** 24;

/**
 * Gaussian process regression over one set of points, asked again and again while samples come: a Matérn 5/2 kernel of
 * one length scale and Gaussian noise (Rasmussen & Williams 2006, algorithm 2.1), the kernel with the largest likelihood
 * given the settled results (`LikelyKernel`), the signal's variance the one that maximises it given that. The uncertainty
 * is that of the function, not of a noisy measurement.
 *
 * What it predicts far from all samples is a constant, the generalised least-squares mean 1ᵀK⁻¹y / 1ᵀK⁻¹1 (ordinary
 * kriging: Cressie 1993, section 3.2). The plain mean would do for samples drawn at random; those of a search crowd where
 * results are good, and by their mean the unknown would look nearly as good.
 *
 * It remembers factors and whitened covariances, none of which depends on targets: a question with some new samples costs
 * (new samples + 1) × samples × points, instead of samples² × points. Samples that are gone (a trial that was given up) cost
 * those that came after them. The answer is that of a new object, up to rounding.
 */
export class GrowingProcess {
  readonly minimumSamples = 2;
  private points: Points | undefined;
  private kernels = new LikelyKernel();
  private kernel: Kernel | undefined;
  /** Samples in the order in which they came. */
  private rows: number[] = [];
  private factor = new GrowingFactor();
  private blocks: WhitenedBlock[] = [];

  /** @param mostKept numbers that may be kept between questions */
  constructor(private readonly mostKept = MOST_KEPT) {}

  /** The posterior mean and standard deviation for each candidate; NaN for one without a place. */
  predict(question: Pick<Question, 'points' | 'sampleRows' | 'targets' | 'settled' | 'rows'>): Prediction {
    const { points, sampleRows, targets, settled, rows } = question;
    const center = targets.reduce((sum, target) => sum + target, 0) / targets.length;
    const centered = targets.map((target) => target - center);
    if (points !== this.points) this.begin(points);
    this.useKernel(this.kernels.find(points, settled.rows, settled.targets));
    this.follow(points, sampleRows);

    const targetOf = new Map(centered.map((target, i) => [sampleRows[i]!, target]));
    const ones = this.factor.solve(new Float64Array(this.rows.length).fill(1));
    const values = this.factor.solve(Float64Array.from(this.rows, (row) => targetOf.get(row)!));
    const shift = dot(ones, values) / dot(ones, ones);
    const whitened = values.map((value, i) => value - shift * ones[i]!);
    const variance = dot(whitened, whitened) / whitened.length;
    const mean = new Float64Array(points.count).fill(center + shift);
    const explained = new Float64Array(points.count);
    const kept = Math.floor(this.mostKept / (BLOCK * whitened.length));
    for (const [i, block] of this.blocks.entries()) {
      block.moments(this.rows, this.factor, this.kernel!.lengthScale, whitened, mean, explained);
      if (i >= kept) block.drop();
    }
    return {
      mean: Float64Array.from(rows, (row) => mean[row]!),
      uncertainty: Float64Array.from(rows, (row) => Math.sqrt(variance * Math.max(0, 1 - explained[row]!))),
    };
  }

  private begin(points: Points): void {
    this.points = points;
    this.kernels = new LikelyKernel();
    this.kernel = undefined;
    this.blocks = Array.from({ length: Math.ceil(points.count / BLOCK) }, (_, i) => {
      return new WhitenedBlock(points, i * BLOCK, Math.min(BLOCK, points.count - i * BLOCK));
    });
  }

  private useKernel(kernel: Kernel): void {
    const known = this.kernel;
    this.kernel = kernel;
    if (known?.lengthScale !== kernel.lengthScale || known.noise !== kernel.noise) this.truncate(0);
  }

  /** Brings the factor to these samples. */
  private follow(points: Points, sampleRows: ArrayLike<number>): void {
    const wanted = new Set(Array.from(sampleRows));
    this.truncate(commonStart(this.rows, wanted));
    const { lengthScale, noise } = this.kernel!;
    const known = new Set(this.rows);
    for (const row of wanted) {
      if (known.has(row)) continue;
      const before = this.rows.length;
      const covariances = new Float64Array(before + 1);
      for (let k = 0; k < before; k++) {
        covariances[k] = matern(distance(points, row, this.rows[k]!) / lengthScale);
      }
      covariances[before] = 1 + noise;
      this.factor.append(covariances);
      this.rows.push(row);
    }
  }

  private truncate(count: number): void {
    this.rows.length = Math.min(count, this.rows.length);
    this.factor.truncate(count);
    for (const block of this.blocks) block.truncate(count);
  }
}
