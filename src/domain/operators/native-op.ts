import type { Tensor, Tf } from './types.js';

/** The part of tfjs-node's backend that runs any TensorFlow operation by its name. */
interface TensorFlowBackend {
  binding: { TF_ATTR_TYPE: number; TF_FLOAT: number };
  executeSingleOutput(
    name: string,
    attributes: { name: string; type: number; value: number }[],
    inputs: Tensor[],
  ): Tensor;
}

function isTensorFlowBackend(backend: object): backend is TensorFlowBackend {
  return 'executeSingleOutput' in backend && typeof backend.executeSingleOutput === 'function' && 'binding' in backend;
}

/** TensorFlow operations that tfjs does not have, or (Erf) has as a coarse approximation on its other backends. */
type NativeOp = 'Erf' | 'Erfc' | 'BesselI0e' | 'BesselI1e';

/**
 * An element-wise float32 TensorFlow operation where the backend is TensorFlow, else undefined: the caller then
 * composes it. The result is not on tfjs's gradient tape: use it within `tf.customGrad`.
 */
export function nativeOp(tf: Tf, name: NativeOp, x: Tensor): Tensor | undefined {
  const backend: object = tf.backend();
  if (!isTensorFlowBackend(backend)) return undefined;
  const { TF_ATTR_TYPE, TF_FLOAT } = backend.binding;
  return backend.executeSingleOutput(name, [{ name: 'T', type: TF_ATTR_TYPE, value: TF_FLOAT }], [x]);
}
