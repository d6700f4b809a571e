import type { EmbeddingKernels } from '../domain/surrogate/embedding/embedding.js';
import { nearestNeighbours } from '../domain/surrogate/embedding/nearest-neighbours.js';
import { wasmNearestNeighbours } from './neighbour-search.js';
import { wasmDescend } from './wasm-descent.js';

/** The heavy parts of an embedding in WebAssembly, on the thread that calls them: the bits of the plain functions. */
export const wasmEmbeddingKernels: EmbeddingKernels = {
  neighbours: (vectors, count, metric, onProgress) => {
    const isInteger = vectors[0] instanceof Uint16Array;
    // Manhattan distances of numbers that are not steps of 1/65535 have no kernel.
    if (isInteger !== (metric === 'manhattan')) return nearestNeighbours(vectors, count, metric, onProgress);
    const found = wasmNearestNeighbours(vectors, count);
    onProgress?.(1);
    return found;
  },
  descend: wasmDescend,
};
