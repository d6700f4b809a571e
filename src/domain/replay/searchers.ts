import { SeededRandom } from '../random/seeded-random.js';
import { fittedAnew } from '../surrogate/choose.js';
import type { Points } from '../surrogate/points.js';
import { GrowingProcess } from '../surrogate/regressors/growing-process.js';
import { KNearestNeighbours } from '../surrogate/regressors/k-nearest-neighbours.js';
import { EvolutionSearcher, type FunctionTable } from './evolution-searcher.js';
import { ModelSearcher } from './model-searcher.js';
import { randomSearcher, type Searcher } from './searcher.js';
import { posteriorWorth } from './worth.js';

/**
 * - `random`: any function;
 * - `evolution`: regularised evolution as in PANGAEA;
 * - `aquasurf-original`: the paper's surrogate: UMAP of both features, 3 nearest neighbours, greedy, fitted again for each
 *   suggestion;
 * - `outputs-only`, `fisher-only`: the same on one of the features;
 * - `ours`: a Gaussian process on principal components of both features that learns ranks, by upper confidence bound; its
 *   pick is the best by the posterior given the results.
 */
export const SEARCHERS = ['random', 'evolution', 'aquasurf-original', 'outputs-only', 'fisher-only', 'ours'] as const;
export type SearcherName = (typeof SEARCHERS)[number];

/** Places of the functions of a table: UMAP of both features, or of one, in the plane; or principal components. */
export type PlaneName = 'union' | 'outputs' | 'fisher' | 'components';

/** Which planes a searcher reads; those who read Fisher features cannot choose functions without. */
export const PLANE_OF: Record<SearcherName, PlaneName | undefined> = {
  random: undefined,
  evolution: undefined,
  'aquasurf-original': 'union',
  'outputs-only': 'outputs',
  'fisher-only': 'fisher',
  ours: 'components',
};

/** Chosen on the development half of the table (docs/benchmark.md). */
const OURS = { acquisition: 'ucb', ranked: true } as const;

interface SearcherContext {
  table: FunctionTable;
  /** A fit of the searcher's plane, one of many or a new one. */
  fit: (random: SeededRandom) => Points;
}

/** A searcher at the beginning of its search. */
export function createSearcher(name: SearcherName, { table, fit: places }: SearcherContext): Searcher {
  switch (name) {
    case 'random':
      return randomSearcher;
    case 'evolution':
      return new EvolutionSearcher(table);
    case 'ours': {
      const process = new GrowingProcess();
      const worth = posteriorWorth(places(new SeededRandom('worth')));
      return new ModelSearcher({ places, model: () => process, worth, ...OURS });
    }
    case 'aquasurf-original':
    case 'outputs-only':
    case 'fisher-only': {
      const model = () => fittedAnew(new KNearestNeighbours(), false);
      return new ModelSearcher({ places, model, acquisition: 'greedy' });
    }
  }
}
