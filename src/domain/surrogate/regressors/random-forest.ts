import { RandomForestRegression } from 'ml-random-forest';
import { SeededRandom } from '../../random/seeded-random.js';
import { type Points, pointAt } from '../points.js';
import { checkSamples, type Prediction, type Regressor } from './regressor.js';

/** So much of the targets' range is the noise that keeps splits imperfect: far below any real difference. */
const DITHER = 1e-9;
const DEFAULT_TREES = 100;

/**
 * The mean of regression trees grown on bootstrap samples (Breiman 2001), over ml-random-forest 2.1, which suits some
 * hundreds of points. The uncertainty is the standard deviation over the trees.
 *
 * Its trees refuse a split that leaves no error at all, so that a 0/1 step in the targets would be predicted as 0.5
 * everywhere; therefore the targets get noise of 1e-9 of their range, and predictions are clipped to their range.
 */
export class RandomForest implements Regressor {
  readonly minimumSamples = 2;
  readonly knowsUncertainty = true;
  private readonly trees: number;
  private readonly seed: number;
  private forest: RandomForestRegression | undefined;
  private lowest = Number.NaN;
  private highest = Number.NaN;

  /**
   * @param options.seed Of bootstrap samples and noise.
   * @param options.trees Default 100.
   */
  constructor(options: { seed: number; trees?: number }) {
    this.seed = options.seed;
    this.trees = options.trees ?? DEFAULT_TREES;
  }

  /** @throws RangeError with fewer than 2 points, or not as many targets as points. */
  fit(points: Points, targets: ArrayLike<number>): void {
    checkSamples('a random forest needs', this.minimumSamples, points, targets);
    const values = Array.from(targets);
    this.lowest = values.reduce((a, b) => Math.min(a, b));
    this.highest = values.reduce((a, b) => Math.max(a, b));
    this.forest = undefined;
    const range = this.highest - this.lowest;
    if (range === 0) return;

    const random = new SeededRandom(this.seed);
    const forest = new RandomForestRegression({
      nEstimators: this.trees,
      seed: random.integer(2 ** 31),
      maxFeatures: 1.0,
      replacement: false,
      useSampleBagging: true,
      noOOB: true,
      treeOptions: { minNumSamples: 1 },
    });
    // Targets of 0 to 1 whatever the metric's unit: the trees compare errors with absolute thresholds.
    const scaled = values.map((target) => (target - this.lowest) / range + DITHER * random.normal());
    forest.train(rowsOf(points), scaled);
    this.forest = forest;
  }

  predict(points: Points): Prediction {
    const { forest, lowest, highest } = this;
    const mean = new Float64Array(points.count).fill(lowest);
    const uncertainty = new Float64Array(points.count);
    if (points.count === 0 || forest === undefined) return { mean, uncertainty };
    const opinions = forest.predictionValues(rowsOf(points));
    const range = highest - lowest;
    for (let i = 0; i < points.count; i++) {
      const shares = opinions.getRow(i);
      const average = shares.reduce((sum, share) => sum + share, 0) / shares.length;
      const variance = shares.reduce((sum, share) => sum + (share - average) ** 2, 0) / shares.length;
      mean[i] = lowest + Math.min(1, Math.max(0, average)) * range;
      uncertainty[i] = Math.sqrt(variance) * range;
    }
    return { mean, uncertainty };
  }
}

const rowsOf = (points: Points): number[][] => Array.from({ length: points.count }, (_, i) => pointAt(points, i));
