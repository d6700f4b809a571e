import type { Acquisition } from './choices.js';
import { normalCdf, normalDensity } from './normal-distribution.js';
import type { Prediction } from './regressors/regressor.js';

/** Share of random choices of `epsilon-greedy`. */
const EPSILON = 0.1;
/** Standard deviations that `ucb` adds. */
const OPTIMISM = 1;

export function needsUncertainty(acquisition: Acquisition): boolean {
  switch (acquisition) {
    case 'ei':
    case 'ucb':
      return true;
    case 'greedy':
    case 'epsilon-greedy':
    case 'random':
      return false;
  }
}

/** The share of choices for which any candidate is drawn, whatever the predictions. */
export function randomShare(acquisition: Acquisition): number {
  switch (acquisition) {
    case 'random':
      return 1;
    case 'epsilon-greedy':
      return EPSILON;
    case 'greedy':
    case 'ei':
    case 'ucb':
      return 0;
  }
}

/**
 * Scores of which the largest is chosen; NaN where there is no prediction. Targets are such that more is better.
 * @param best the best target so far, for `ei`
 * @throws RangeError where the acquisition needs an uncertainty and the prediction has none
 */
export function acquisitionScores(acquisition: Acquisition, prediction: Prediction, best: number): Float64Array {
  const { mean } = prediction;
  switch (acquisition) {
    case 'greedy':
    case 'epsilon-greedy':
    case 'random':
      return mean;
    case 'ei': {
      const deviations = deviationsOf(prediction, acquisition);
      return mean.map((value, i) => expectedImprovement(value - best, deviations[i]!));
    }
    case 'ucb': {
      const deviations = deviationsOf(prediction, acquisition);
      return mean.map((value, i) => value + OPTIMISM * deviations[i]!);
    }
  }
}

function deviationsOf({ uncertainty }: Prediction, acquisition: Acquisition): Float64Array {
  if (uncertainty !== undefined) return uncertainty;
  throw new RangeError(`acquisition ${acquisition} needs a regressor that knows its uncertainty`);
}

/** E max(0, g) for g normal with this mean and standard deviation. */
function expectedImprovement(gain: number, deviation: number): number {
  if (!(deviation > 0)) return Number.isNaN(gain) ? gain : Math.max(0, gain);
  const z = gain / deviation;
  return gain * normalCdf(z) + deviation * normalDensity(z);
}
