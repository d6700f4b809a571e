import { FunctionEnumerator, type FunctionSource } from '../../domain/enumeration/enumerator.js';
import type { FunctionBatch } from '../../domain/enumeration/function-batch.js';
import { operatorSet } from '../../domain/operators/index.js';
import { unpackCdf } from '../../domain/spectrum.js';
import { embed as embedViews } from '../../domain/surrogate/embedding.js';

/** What a worker thread does: our own pure computations, never a user's module and never TensorFlow. */
export interface KernelTasks {
  /** @param task.operators id of a built-in set */
  enumerate: (task: { source: FunctionSource; operators: string; from: number; to: number }) => FunctionBatch;
  /** @returns float32[n × 2] */
  embed: (task: { outputs: Float32Array[]; fisher: Uint16Array[]; seed: number }) => Float32Array;
}

/** The tasks of one thread, which keeps what several ranges of a space have in common. */
function kernelTasks(): KernelTasks {
  const enumerator = new FunctionEnumerator();
  return {
    enumerate: ({ source, operators, from, to }) => enumerator.enumerate(source, operatorSet(operators), from, to),
    embed: ({ outputs, fisher, seed }) =>
      embedViews({ outputs, fisher: fisher.map((features) => unpackCdf(features)) }, { seed }),
  };
}

export const { enumerate, embed } = kernelTasks();
