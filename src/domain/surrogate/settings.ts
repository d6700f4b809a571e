import { needsUncertainty } from './acquisition.js';
import { ACQUISITIONS, type Acquisition, type PlacesName, type RegressorName } from './choices.js';
import { GaussianProcess } from './regressors/gaussian-process.js';
import { KNearestNeighbours } from './regressors/k-nearest-neighbours.js';
import { RandomForest } from './regressors/random-forest.js';
import type { Regressor } from './regressors/regressor.js';

/** How a study chooses its functions. */
export interface SurrogateSettings {
  regressor: RegressorName;
  acquisition: Acquisition;
  /** What the regressor reads. */
  places: PlacesName;
}

/**
 * As in the paper (arXiv 2301.05785): the mean of the 3 nearest neighbours, the best prediction. What a study has whose
 * document names nothing, and what completes a choice that names some of it.
 */
export const PAPER_SURROGATE: SurrogateSettings = { regressor: 'knn', acquisition: 'greedy', places: 'plane' };

/** Of a new study for which nothing is chosen; stored with it, so that existing studies keep theirs. */
export const NEW_STUDY_SURROGATE: SurrogateSettings = {
  regressor: 'gaussian-process',
  acquisition: 'ucb',
  places: 'components',
};

/** What is wrong with a combination, in one line; undefined where it works. */
export function surrogateFault({
  regressor,
  acquisition,
}: Pick<SurrogateSettings, 'regressor' | 'acquisition'>): string | undefined {
  if (knowsUncertainty(regressor) || !needsUncertainty(acquisition)) return undefined;
  const free = ACQUISITIONS.filter((name) => !needsUncertainty(name)).join(', ');
  return (
    `acquisition ${acquisition} needs to know how uncertain a prediction is, and the regressor ${regressor} does not: ` +
    `take --regressor gaussian-process or random-forest, or one of the acquisitions ${free}`
  );
}

/** Of the task's own regressor it is believed until its answers come. */
const knowsUncertainty = (name: RegressorName): boolean => name === 'task' || createRegressor(name, 0).knowsUncertainty;

/** A new regressor of this program. @param seed of those that draw */
export function createRegressor(name: Exclude<RegressorName, 'task'>, seed: number): Regressor {
  switch (name) {
    case 'knn':
      return new KNearestNeighbours();
    case 'random-forest':
      return new RandomForest({ seed });
    case 'gaussian-process':
      return new GaussianProcess();
  }
}
