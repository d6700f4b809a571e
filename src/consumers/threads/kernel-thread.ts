import { FunctionEnumerator, type FunctionSource } from '../../domain/enumeration/enumerator.js';
import type { PackedBatch } from '../../domain/enumeration/function-batch.js';
import { operatorSet } from '../../domain/operators/index.js';
import { SeededRandom } from '../../domain/random/seeded-random.js';
import { type FeatureViews, featureComponents } from '../../domain/surrogate/components.js';
import { layoutGraph, neighbourGraph, type ViewNeighbours } from '../../domain/surrogate/embedding/embedding.js';
import type { Neighbours } from '../../domain/surrogate/embedding/nearest-neighbours.js';
import { placePoints } from '../../domain/surrogate/embedding/place-points.js';
import type { Points } from '../../domain/surrogate/points.js';
import { wasmEmbeddingKernels } from '../../kernels/embedding-kernels.js';
import { wasmEnumerationKernels } from '../../kernels/function-vectors.js';
import { outputsLayout } from '../../kernels/outputs-layout.js';

/** What a worker thread does: pure computations of our own and of umap-js, never a user's module and never TensorFlow. */
export interface KernelTasks {
  /** @param task.operators id of a built-in set */
  enumerate: (task: { source: FunctionSource; operators: string; from: number; to: number }) => PackedBatch;
  /** Lays out functions whose neighbours are known. @returns float32[n × 2] */
  embed: (task: { neighbours: ViewNeighbours; seed: number }) => Float32Array;
  /** Lays out functions by their outputs alone. @returns float32[n × 2] */
  embedOutputs: (task: { neighbours: Neighbours; seed: number }) => Float32Array;
  /** Principal components of both features. */
  components: (task: FeatureViews) => Points;
  /** Places further functions, given their neighbours in the plane. @returns float32[m × 2] */
  place: (task: { plane: Float32Array; neighbours: ViewNeighbours; seed: number }) => Float32Array;
}

/** The tasks of one thread, which keeps what several ranges of a space have in common. */
function kernelTasks(): KernelTasks {
  const enumerator = new FunctionEnumerator(wasmEnumerationKernels());
  return {
    enumerate: ({ source, operators, from, to }) =>
      enumerator.enumeratePacked(source, operatorSet(operators), from, to),
    embed: ({ neighbours, seed }) =>
      layoutGraph(neighbourGraph(neighbours), new SeededRandom(seed), undefined, wasmEmbeddingKernels.descend),
    embedOutputs: ({ neighbours, seed }) => outputsLayout(neighbours, new SeededRandom(seed)),
    components: (views) => featureComponents(views),
    place: ({ plane, neighbours, seed }) => placePoints(plane, neighbours, { seed, kernels: wasmEmbeddingKernels }),
  };
}

export const { enumerate, embed, embedOutputs, components, place } = kernelTasks();
