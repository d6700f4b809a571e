import { RandomForestRegression } from 'ml-random-forest';
import { SeededRandom } from '../random/seeded-random.js';
import type { Point, Regressor } from './regressor.js';

/** So much of the targets' range is the noise that keeps splits imperfect: far below any real difference. */
const DITHER = 1e-9;
const DEFAULT_TREES = 100;

/**
 * The mean of regression trees grown on bootstrap samples (Breiman 2001), over ml-random-forest 2.1, which suits some
 * hundreds of points.
 *
 * Its trees refuse a split that leaves no error at all, so that a 0/1 step in the targets would be predicted as 0.5
 * everywhere; therefore the targets get noise of 1e-9 of their range, and predictions are clipped to their range.
 */
export class RandomForest implements Regressor {
  readonly minimumSamples = 2;
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
  fit(points: readonly Point[], targets: readonly number[]): void {
    if (points.length !== targets.length) {
      throw new RangeError(`${points.length} points but ${targets.length} targets`);
    }
    if (points.length < this.minimumSamples) {
      throw new RangeError(`a random forest needs at least ${this.minimumSamples} points, not ${points.length}`);
    }
    this.lowest = targets.reduce((a, b) => Math.min(a, b));
    this.highest = targets.reduce((a, b) => Math.max(a, b));
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
    const scaled = targets.map((target) => (target - this.lowest) / range + DITHER * random.normal());
    forest.train(
      points.map(([x, y]) => [x, y]),
      scaled,
    );
    this.forest = forest;
  }

  predict(points: readonly Point[]): number[] {
    const { forest, lowest, highest } = this;
    if (points.length === 0) return [];
    if (forest === undefined) return points.map(() => lowest);
    return forest
      .predict(points.map(([x, y]) => [x, y]))
      .map((share) => lowest + Math.min(1, Math.max(0, share)) * (highest - lowest));
  }
}
