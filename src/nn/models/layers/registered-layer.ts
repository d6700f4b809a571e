import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../../../domain/operators/types.js';

type LayerClass<Config> = (new (
  config: Config,
) => tfjs.layers.Layer) &
  tfjs.serialization.SerializableConstructor<tfjs.layers.Layer>;

/**
 * The layer class of that name on this tfjs: made and registered for serialisation at the first call, so that
 * `model.save` and `tf.loadLayersModel` keep it.
 */
export function registeredLayer<Config extends object>(
  tf: Tf,
  className: string,
  define: () => new (config: Config) => tfjs.layers.Layer,
): new (
  config: Config,
) => tfjs.layers.Layer {
  const known = tf.serialization.SerializationMap.getMap().classNameMap[className]?.[0];
  if (known) return known as unknown as LayerClass<Config>;
  const made = define() as LayerClass<Config>;
  tf.serialization.registerClass(made);
  return made;
}

/** The one tensor that a layer is called with. */
export const onlyInput = (inputs: Tensor | Tensor[]): Tensor => (Array.isArray(inputs) ? inputs[0]! : inputs);

/** The one shape that a layer is called with. */
export const onlyShape = (shape: tfjs.Shape | tfjs.Shape[]): tfjs.Shape =>
  (Array.isArray(shape[0]) ? shape[0] : shape) as tfjs.Shape;
