import type * as tfjs from '@tensorflow/tfjs';
import type { BuildContext } from '../task.js';
import { orthogonal } from './orthogonal.js';

/** Hidden layers and their units. */
const DEPTH = 12;
const WIDTH = 64;

/**
 * A narrow and deep network for 28×28×1 images: flatten (784), 12 times dense 64, act, then dense `classes`, softmax.
 * 96,650 weights with 10 classes. Orthogonal initial weights, which keep signals as far as the function does: through
 * twelve layers a function that does not loses them, and this is what tells functions apart.
 */
export function deepDense({ tf, activation }: BuildContext, classes = 10): tfjs.LayersModel {
  const { layers } = tf;
  const inputShape = [28, 28, 1];
  const inputs = inputShape.reduce((product, size) => product * size);
  const hidden = Array.from({ length: DEPTH }, (_, i) => [
    layers.dense({
      name: `dense${i + 1}`,
      units: WIDTH,
      weights: [orthogonal(tf, i === 0 ? inputs : WIDTH, WIDTH), tf.zeros([WIDTH])],
    }),
    activation(),
  ]);
  return tf.sequential({
    layers: [
      layers.flatten({ inputShape }),
      ...hidden.flat(),
      layers.dense({ name: 'output', units: classes, kernelInitializer: 'glorotUniform' }),
      layers.activation({ activation: 'softmax' }),
    ],
  });
}
