import type { Acquisition } from './choices.js';
import { normalCdf, normalDensity } from './normal-distribution.js';
import type { Prediction } from './regressor.js';

/** Share of random choices of `epsilon-greedy`. */
const EPSILON = 0.1;

/**
 * Standard deviations that `ucb` adds after so many results: narrow at first, when a surrogate hardly knows its own
 * uncertainty and what looks best is mostly good; wider with each result, so that the search leaves a hill it has climbed
 * (widths that grow: Srinivas et al. 2010, theorem 1; these figures: docs/benchmark.md).
 */
const optimism = (results: number): number => Math.min(0.5 + results / 50, 2.5);

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
 * @param results how many results the prediction is made from, for `ucb`
 * @throws RangeError where the acquisition needs an uncertainty and the prediction has none
 */
export function acquisitionScores(
  acquisition: Acquisition,
  prediction: Prediction,
  { best, results }: { best: number; results: number },
): Float64Array {
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
      const width = optimism(results);
      return mean.map((value, i) => value + width * deviations[i]!);
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
