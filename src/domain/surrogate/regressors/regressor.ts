import { type Points, pointAt } from '../points.js';

export interface Prediction {
  /** One for each point; NaN: no opinion on that point. */
  readonly mean: Float64Array;
  /** Standard deviation of each, in the unit of the targets, from regressors that know it. */
  readonly uncertainty?: Float64Array;
}

/**
 * Predicts a function's metric from its place in the embedding.
 *
 * `fit` gets as many targets as points, at least `minimumSamples`, all finite, in an order that depends on their values
 * only; a later `fit` replaces an earlier one.
 */
export interface Regressor {
  /** Samples below which the regressor is not asked. */
  readonly minimumSamples: number;
  /** Whether its predictions have an uncertainty, which some acquisitions need. */
  readonly knowsUncertainty: boolean;
  fit(points: Points, targets: ArrayLike<number>): void;
  /** @param uncertain false: means are enough, where the rest costs much. @defaultValue true */
  predict(points: Points, uncertain?: boolean): Prediction;
}

/** @throws RangeError with fewer samples than `minimum`, or not as many targets as points. */
export function checkSamples(name: string, minimum: number, points: Points, targets: ArrayLike<number>): void {
  if (points.count !== targets.length) {
    throw new RangeError(`${points.count} points but ${targets.length} targets`);
  }
  if (points.count < minimum) {
    throw new RangeError(`${name} at least ${minimum} points, not ${points.count}`);
  }
}

/** A regressor of the user's own: rows and numbers, as in scikit-learn. */
export interface OwnRegressor {
  /** Finished trials below which it is not asked. @defaultValue 1 */
  readonly minimumSamples?: number;
  /** Points are rows of coordinates, one target for each; a later call replaces an earlier one. */
  fit(points: number[][], targets: number[]): void;
  /** One prediction for each point, NaN where it has no opinion; with `uncertainty`, standard deviations too. */
  predict(points: number[][]): ArrayLike<number> | { mean: ArrayLike<number>; uncertainty: ArrayLike<number> };
}

/**
 * A user's object in the form that the search works with. Its answers are checked when they come.
 * @param acquisitionNeedsUncertainty so that an answer without it is refused
 */
export function adaptRegressor(own: OwnRegressor, acquisitionNeedsUncertainty = false): Regressor {
  const rows = (points: Points) => Array.from({ length: points.count }, (_, i) => pointAt(points, i));
  return {
    minimumSamples: Math.max(1, own.minimumSamples ?? 1),
    knowsUncertainty: acquisitionNeedsUncertainty,
    fit: (points, targets) => own.fit(rows(points), Array.from(targets)),
    predict: (points) => {
      const answer = own.predict(rows(points));
      const checked = (values: ArrayLike<number>, what: string) => {
        if (values?.length === points.count) return Float64Array.from(values);
        throw new RangeError(
          `the regressor's predict gave ${values?.length ?? 'no'} ${what} for ${points.count} points; give one for each`,
        );
      };
      if ('mean' in answer) {
        return { mean: checked(answer.mean, 'means'), uncertainty: checked(answer.uncertainty, 'uncertainties') };
      }
      if (acquisitionNeedsUncertainty) {
        throw new RangeError("the study's acquisition needs { mean, uncertainty } from the regressor's predict");
      }
      return { mean: checked(answer, 'predictions') };
    },
  };
}
