import type * as tfjs from '@tensorflow/tfjs';
import type { BuildContext } from '../task.js';

/** Filters, kernel size and stride of each convolution; dropout of one half follows the third and the sixth. */
const CONVOLUTIONS: Array<[filters: number, kernelSize: number, stride: number]> = [
  [96, 3, 1],
  [96, 3, 1],
  [96, 3, 2],
  [192, 3, 1],
  [192, 3, 1],
  [192, 3, 2],
  [192, 3, 1],
  [192, 1, 1],
];

/**
 * All-CNN-C (Springenberg et al. 2015, arXiv 1412.6806, table 1) for 32×32×3 images, as docs/design.md section 5 lists it:
 * 1,369,738 weights with 10 classes. Initialised as Keras does by default, glorot uniform.
 */
export function allCnnC({ tf, activation }: BuildContext, classes = 10): tfjs.LayersModel {
  const { layers } = tf;
  const convolution = (index: number, filters: number, kernelSize: number, strides: number) =>
    layers.conv2d({
      name: `conv${index}`,
      filters,
      kernelSize,
      strides,
      padding: 'same',
      kernelInitializer: 'glorotUniform',
    });
  const body = CONVOLUTIONS.flatMap(([filters, kernelSize, stride], i) => [
    convolution(i + 1, filters, kernelSize, stride),
    activation(),
    ...(stride === 2 ? [layers.dropout({ rate: 0.5 })] : []),
  ]);
  return tf.sequential({
    layers: [
      layers.dropout({ rate: 0.2, inputShape: [32, 32, 3] }),
      ...body,
      convolution(CONVOLUTIONS.length + 1, classes, 1, 1),
      activation(),
      layers.globalAveragePooling2d({}),
      layers.activation({ activation: 'softmax' }),
    ],
  });
}
