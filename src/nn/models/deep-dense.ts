import type * as tfjs from '@tensorflow/tfjs';
import type { BuildContext } from '../task.js';

/** Hidden layers and their units. */
const DEPTH = 8;
const WIDTH = 32;

/**
 * A narrow and deep network for 28×28×1 images: flatten (784), 8 times dense 32, act, then dense `classes`, softmax.
 * 32,842 weights with 10 classes. LeCun normal initial weights, which keep the variance of signals where the function
 * does: through eight layers a function that does not loses them, and this is what tells functions apart.
 */
export function deepDense({ tf, activation }: BuildContext, classes = 10): tfjs.LayersModel {
  const { layers } = tf;
  const hidden = Array.from({ length: DEPTH }, (_, i) => [
    layers.dense({ name: `dense${i + 1}`, units: WIDTH, kernelInitializer: 'leCunNormal' }),
    activation(),
  ]);
  return tf.sequential({
    layers: [
      layers.flatten({ inputShape: [28, 28, 1] }),
      ...hidden.flat(),
      layers.dense({ name: 'output', units: classes, kernelInitializer: 'glorotUniform' }),
      layers.activation({ activation: 'softmax' }),
    ],
  });
}
