/**
 * The map of functions: both views' fuzzy graphs, their union, its layout in the plane (docs/design.md section 6; Bingham &
 * Miikkulainen 2023, arXiv 2301.05785). Where each step departs from umap-learn stands at the head of its
 * file.
 */
import { SeededRandom } from '../../random/seeded-random.js';
import { fuzzyGraph } from './fuzzy-graph.js';
import { graphUnion } from './graph-union.js';
import { type FeatureVector, type Neighbours, nearestNeighbours } from './nearest-neighbours.js';
import { fitSimilarityCurve, type SimilarityCurve } from './similarity-curve.js';
import type { SparseGraph } from './sparse-graph.js';
import { spectralLayout } from './spectral-layout.js';
import { type Descend, layoutEpochs, optimizeLayout } from './umap-layout.js';

export const OUTPUT_NEIGHBOURS = 15;
export const FISHER_NEIGHBOURS = 3;
const MIN_DIST = 0.1;
const SPREAD = 1;

/** The two descriptions of each function, in one order: element i of both is function i. */
interface Views {
  /** Output features, finite; compared by Euclidean distance. */
  readonly outputs: readonly Float32Array[];
  /**
   * Fisher features, finite numbers or CDFs as they are stored; compared by Manhattan distance. Left out where a task
   * has none: the map is then that of outputs alone.
   */
  readonly fisher?: readonly FeatureVector[];
}

/** Neighbours in each view, as `nearestNeighbours` gives them. */
export interface ViewNeighbours {
  readonly outputs: Neighbours;
  readonly fisher?: Neighbours;
}

/** What does the heavy parts: kernels that give the same bits as the plain functions, which are the default. */
export interface EmbeddingKernels {
  readonly neighbours?: typeof nearestNeighbours;
  readonly descend?: Descend;
}

export interface GraphOptions {
  /** Search for kernel widths as the paper means it, see the head of fuzzy-graph.ts. @defaultValue false */
  readonly boundless?: boolean;
  readonly kernels?: EmbeddingKernels;
  /** Called with the share of work done, 0 to 1, as a rough guess of time. */
  readonly onProgress?: (share: number) => void;
}

interface EmbedOptions extends GraphOptions {
  readonly seed: number;
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
  if (fisher && fisher.length !== points) {
    throw new RangeError(`${points} functions with output features but ${fisher.length} with Fisher features`);
  }
  if (points === 0) return new Float32Array();
  const stage = (from: number, to: number) => (share: number) => options.onProgress?.(from + share * (to - from));

  const graph = viewGraph(fisher ? 'union' : 'outputs', views, { ...options, onProgress: stage(0, 0.6) });
  const { descend } = options.kernels ?? {};
  return layoutGraph(graph, new SeededRandom(options.seed), stage(0.6, 1), descend);
}

/** Both views' graphs united, or the graph of one view: the other may then be empty. */
export function viewGraph(
  plane: 'union' | 'outputs' | 'fisher',
  { outputs, fisher = [] }: Views,
  options: GraphOptions = {},
): SparseGraph {
  const find = options.kernels?.neighbours ?? nearestNeighbours;
  const half = (from: number) => (share: number) => options.onProgress?.(from + share / 2);
  const ofOutputs = () => find(outputs, OUTPUT_NEIGHBOURS, 'euclidean', half(0));
  const ofFisher = () => find(fisher, FISHER_NEIGHBOURS, 'manhattan', half(0.5));
  switch (plane) {
    case 'outputs':
      return fuzzyGraph(ofOutputs(), options);
    case 'fisher':
      return fuzzyGraph(ofFisher(), options);
    case 'union':
      return neighbourGraph({ outputs: ofOutputs(), fisher: ofFisher() }, options);
  }
}

/** The graph of functions whose neighbours are known. */
export function neighbourGraph({ outputs, fisher }: ViewNeighbours, options: GraphOptions = {}): SparseGraph {
  const graph = fuzzyGraph(outputs, options);
  return fisher ? graphUnion(graph, fuzzyGraph(fisher, options), { epochs: layoutEpochs(outputs.size) }) : graph;
}

/** Lays a graph out in the plane: n×2 coordinates, row-major, finite. */
export function layoutGraph(
  graph: SparseGraph,
  random: SeededRandom,
  onProgress?: (share: number) => void,
  descend?: Descend,
): Float32Array {
  const coordinates = spectralLayout(graph, random);
  optimizeLayout(coordinates, graph, random, {
    curve: similarityCurve(),
    epochs: layoutEpochs(graph.size),
    ...(onProgress ? { onProgress } : {}),
    ...(descend ? { descend } : {}),
  });
  return Float32Array.from(coordinates);
}

export const similarityCurve = (): SimilarityCurve => fitSimilarityCurve(MIN_DIST, SPREAD);
