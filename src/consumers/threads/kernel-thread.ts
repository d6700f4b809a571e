import { enumerateFunctions, type FunctionRecord, type FunctionSource } from '../../domain/enumerate.js';
import { unpackCdf } from '../../domain/spectrum.js';
import { embed } from '../../domain/surrogate/embedding.js';

/** What a worker thread does: our own pure computations, never a user's module and never TensorFlow. */
export interface KernelTasks {
  enumerate: (task: { source: FunctionSource; from: number; to: number }) => FunctionRecord[];
  /** @returns float32[n × 2] */
  embed: (task: { outputs: Float32Array[]; fisher: Uint16Array[]; seed: number }) => Float32Array;
}

export const enumerate: KernelTasks['enumerate'] = ({ source, from, to }) => enumerateFunctions(source, from, to);

const embedTask: KernelTasks['embed'] = ({ outputs, fisher, seed }) =>
  embed({ outputs, fisher: fisher.map((features) => unpackCdf(features)) }, { seed });

export { embedTask as embed };
