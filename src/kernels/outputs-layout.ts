import { UMAP } from 'umap-js';
import type { SeededRandom } from '../domain/random/seeded-random.js';
import { layoutGraph, neighbourGraph, OUTPUT_NEIGHBOURS } from '../domain/surrogate/embedding/embedding.js';
import type { Neighbours } from '../domain/surrogate/embedding/nearest-neighbours.js';
import { wasmEmbeddingKernels } from './embedding-kernels.js';

/** Functions above which umap-js would take minutes: 10,000 take it one, three times as long as ours. */
const MOST = 20_000;

/**
 * The plane of the output features alone: n×2 coordinates, row-major, finite, laid out by umap-js from neighbours that are
 * known. Our own layout stands in for very many functions, and for so few that umap-js, which wants more of them than
 * neighbours, refuses. The same neighbours and the same generator give the same coordinates.
 */
export function outputsLayout(neighbours: Neighbours, random: SeededRandom): Float32Array {
  const { size, count, index, distance } = neighbours;
  if (size <= OUTPUT_NEIGHBOURS || size > MOST) {
    return layoutGraph(neighbourGraph({ outputs: neighbours }), random, undefined, wasmEmbeddingKernels.descend);
  }
  const rows = (flat: Int32Array | Float64Array) =>
    Array.from({ length: size }, (_, i) => Array.from(flat.subarray(i * count, (i + 1) * count)));
  const umap = new UMAP({ nNeighbors: count, random: () => random.next() });
  umap.setPrecomputedKNN(rows(index), rows(distance));
  // Of the data it reads only how many there are.
  const epochs = umap.initializeFit(rows(index));
  for (let epoch = 0; epoch < epochs; epoch++) umap.step();
  return Float32Array.from(umap.getEmbedding().flat());
}
