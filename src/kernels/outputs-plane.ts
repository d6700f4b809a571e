import { UMAP } from 'umap-js';
import type { SeededRandom } from '../domain/random/seeded-random.js';
import type { Neighbours } from '../domain/surrogate/embedding/nearest-neighbours.js';

/**
 * The plane of one view alone, laid out by umap-js from neighbours that are known: n×2 coordinates, row-major, finite. The
 * same neighbours and the same generator give the same coordinates.
 */
export function umapLayout(neighbours: Neighbours, random: SeededRandom): Float32Array {
  const { size, count, index, distance } = neighbours;
  const rows = <T extends Int32Array | Float64Array>(flat: T) =>
    Array.from({ length: size }, (_, i) => Array.from(flat.subarray(i * count, (i + 1) * count)));
  const umap = new UMAP({ nNeighbors: count, random: () => random.next() });
  umap.setPrecomputedKNN(rows(index), rows(distance));
  const epochs = umap.initializeFit(rows(index));
  for (let epoch = 0; epoch < epochs; epoch++) umap.step();
  return Float32Array.from(umap.getEmbedding().flat());
}
