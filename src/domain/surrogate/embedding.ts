/**
 * The map of functions: both views' fuzzy graphs, their union, its layout in the plane (DESIGN section 6; Bingham &
 * Miikkulainen 2023, arXiv 2301.05785). Where each step departs from umap-learn stands at the head of its
 * file.
 */
import { SeededRandom } from '../random/seeded-random.js';
import { fuzzyGraph } from './fuzzy-graph.js';
import { graphUnion } from './graph-union.js';
import { nearestNeighbours } from './nearest-neighbours.js';
import { fitSimilarityCurve } from './similarity-curve.js';
import type { SparseGraph } from './sparse-graph.js';
import { spectralLayout } from './spectral-layout.js';
import { layoutEpochs, optimizeLayout } from './umap-layout.js';

const OUTPUT_NEIGHBOURS = 15;
const FISHER_NEIGHBOURS = 3;
const MIN_DIST = 0.1;
const SPREAD = 1;

/** The two descriptions of each function, in one order: element i of both is function i. */
export interface Views {
  /** Output features, finite; compared by Euclidean distance. */
  readonly outputs: readonly Float32Array[];
  /** Fisher features, finite; compared by Manhattan distance. */
  readonly fisher: readonly Float32Array[];
}

export interface EmbedOptions {
  readonly seed: number;
  /** Called with the share of work done, 0 to 1, as a rough guess of time. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Embeds n functions in the plane: n×2 coordinates, row-major, finite. The same views in the same order and the same
 * seed give the same coordinates. Any n: with fewer functions than neighbours all of them are neighbours. Takes O(n²)
 * time in the number of functions.
 *
 * @throws RangeError when the views differ in length, or hold vectors of different lengths or entries not finite.
 */
export function embed(views: Views, options: EmbedOptions): Float32Array {
  const { outputs, fisher } = views;
  const points = outputs.length;
  if (fisher.length !== points) {
    throw new RangeError(`${points} functions with output features but ${fisher.length} with Fisher features`);
  }
  if (points === 0) return new Float32Array();
  const stage = (from: number, to: number) => (share: number) => options.onProgress?.(from + share * (to - from));

  const graph = viewGraph('union', views, stage(0, 0.6));
  return layoutGraph(graph, new SeededRandom(options.seed), stage(0.6, 1));
}

/** Both views' graphs united, or the graph of one view: the other may then be empty. */
export function viewGraph(
  plane: 'union' | 'outputs' | 'fisher',
  { outputs, fisher }: Views,
  onProgress?: (share: number) => void,
): SparseGraph {
  const half = (from: number) => (share: number) => onProgress?.(from + share / 2);
  const ofOutputs = () => fuzzyGraph(nearestNeighbours(outputs, OUTPUT_NEIGHBOURS, 'euclidean', half(0)));
  const ofFisher = () => fuzzyGraph(nearestNeighbours(fisher, FISHER_NEIGHBOURS, 'manhattan', half(0.5)));
  if (plane === 'outputs') return ofOutputs();
  if (plane === 'fisher') return ofFisher();
  return graphUnion(ofOutputs(), ofFisher(), { epochs: layoutEpochs(outputs.length) });
}

/** Lays a graph out in the plane: n×2 coordinates, row-major, finite. */
export function layoutGraph(
  graph: SparseGraph,
  random: SeededRandom,
  onProgress?: (share: number) => void,
): Float32Array {
  const coordinates = spectralLayout(graph, random);
  optimizeLayout(coordinates, graph, random, {
    curve: fitSimilarityCurve(MIN_DIST, SPREAD),
    epochs: layoutEpochs(graph.size),
    ...(onProgress ? { onProgress } : {}),
  });
  return Float32Array.from(coordinates);
}
