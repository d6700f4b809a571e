/** `task`: the regressor that the study's task brings. */
export const REGRESSORS = ['knn', 'random-forest', 'gaussian-process', 'task'] as const;
export type RegressorName = (typeof REGRESSORS)[number];

/**
 * What a regressor reads of a function:
 *
 * - `plane`: its place in the plane of the paper, UMAP of both features;
 * - `outputs-plane`: in the plane of the output features alone, laid out by umap-js, for tasks without Fisher features;
 * - `components`: 20 principal components of both features, with results as ranks.
 */
export const PLACES = ['plane', 'outputs-plane', 'components'] as const;
export type PlacesName = (typeof PLACES)[number];

/**
 * How predictions become a choice:
 *
 * - `greedy`: the best prediction, as the original program chooses;
 * - `epsilon-greedy`: the same, but any candidate at random for one choice in ten;
 * - `ei`: expected improvement over the best result so far (Mockus 1975; Jones et al. 1998, eq. 15);
 * - `ucb`: the upper confidence bound, mean and one standard deviation (Srinivas et al. 2010, eq. 6, with β = 1);
 * - `random`: any candidate: the baseline of every comparison.
 */
export const ACQUISITIONS = ['greedy', 'ei', 'ucb', 'epsilon-greedy', 'random'] as const;
export type Acquisition = (typeof ACQUISITIONS)[number];
