import type * as tfjs from '@tensorflow/tfjs';
import type { BuildContext } from '../task.js';

/**
 * small-cnn of docs/design.md section 5, for 28×28×1 images: conv 16 3×3 same, act, max-pool 2, conv 32 3×3 same, act,
 * max-pool 2, flatten (1,568), dense 64, act, dense `classes`, softmax. 105,866 weights with 10 classes. Initialised as
 * Keras does by default, glorot uniform, where tfjs would take glorot normal: the original's results are made with the
 * former.
 */
export function smallCnn({ tf, activation }: BuildContext, classes = 10): tfjs.LayersModel {
  const { layers } = tf;
  const kernelInitializer = 'glorotUniform';
  return tf.sequential({
    layers: [
      layers.conv2d({
        name: 'conv1',
        inputShape: [28, 28, 1],
        filters: 16,
        kernelSize: 3,
        padding: 'same',
        kernelInitializer,
      }),
      activation(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ name: 'conv2', filters: 32, kernelSize: 3, padding: 'same', kernelInitializer }),
      activation(),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ name: 'dense1', units: 64, kernelInitializer }),
      activation(),
      layers.dense({ name: 'dense2', units: classes, kernelInitializer }),
      layers.activation({ activation: 'softmax' }),
    ],
  });
}
