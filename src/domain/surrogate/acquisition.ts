import type { Acquisition } from './choices.js';
import { normalCdf, normalDensity } from './normal-distribution.js';
import type { Prediction } from './regressor.js';

/** Share of random choices of `epsilon-greedy`. */
export const EPSILON = 0.1;
/** Standard deviations that `ucb` adds. */
const OPTIMISM = 1;

export const needsUncertainty = (acquisition: Acquisition): boolean => acquisition === 'ei' || acquisition === 'ucb';

/**
 * Scores of which the largest is chosen; NaN where there is no prediction. Targets are such that more is better.
 * @param best the best target so far, for `ei`
 * @throws RangeError where the acquisition needs an uncertainty and the prediction has none
 */
export function acquisitionScores(acquisition: Acquisition, prediction: Prediction, best: number): Float64Array {
  const { mean, uncertainty } = prediction;
  if (!needsUncertainty(acquisition)) return mean;
  if (uncertainty === undefined) {
    throw new RangeError(`acquisition ${acquisition} needs a regressor that knows its uncertainty`);
  }
  if (acquisition === 'ucb') return mean.map((value, i) => value + OPTIMISM * uncertainty[i]!);
  return mean.map((value, i) => expectedImprovement(value - best, uncertainty[i]!));
}

/** E max(0, g) for g normal with this mean and standard deviation. */
function expectedImprovement(gain: number, deviation: number): number {
  if (!(deviation > 0)) return Number.isNaN(gain) ? gain : Math.max(0, gain);
  const z = gain / deviation;
  return gain * normalCdf(z) + deviation * normalDensity(z);
}
