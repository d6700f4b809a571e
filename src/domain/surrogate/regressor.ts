export type Point = readonly [number, number];

/**
 * Predicts a function's metric from its place in the embedding. A user may supply an own object.
 *
 * `fit` gets points and targets of one length, at least `minimumSamples` of them, all finite, in an order that depends
 * on their values only; a later `fit` replaces an earlier one. `predict` gives one number for each point; a NaN means
 * that the regressor has no opinion on that point.
 */
export interface Regressor {
  /** Finished trials below which the regressor is not asked. */
  readonly minimumSamples: number;
  fit(points: readonly Point[], targets: readonly number[]): void;
  predict(points: readonly Point[]): number[];
}
