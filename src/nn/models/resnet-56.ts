import type * as tfjs from '@tensorflow/tfjs';
import type { BuildContext } from '../task.js';
import { zeroPaddedShortcut } from './layers/index.js';

/** Filters of the three stages; the second and third halve the image. */
const STAGES = [16, 32, 64];
const BLOCKS = 9;

/**
 * ResNet-56 for 32×32×3 images (He et al. 2016, arXiv 1512.03385, section 4.2): a convolution, three stages of nine
 * blocks of two 3×3 convolutions with batch normalisation, shortcuts without weights (option A), global average, dense.
 * 853,018 trained weights with 10 classes. Initialised as in the paper, He normal.
 */
export function resnet56({ tf, activation }: BuildContext, classes = 10): tfjs.LayersModel {
  const { layers } = tf;
  const apply = (layer: tfjs.layers.Layer, x: tfjs.SymbolicTensor | tfjs.SymbolicTensor[]) =>
    layer.apply(x) as tfjs.SymbolicTensor;
  const convolution = (x: tfjs.SymbolicTensor, name: string, filters: number, strides: number) => {
    const padded = strides === 1 ? x : apply(layers.zeroPadding2d({ padding: 1 }), x);
    const convolved = layers.conv2d({
      name,
      filters,
      kernelSize: 3,
      strides,
      // At stride 2 `same` would put no zeros before, the reference one on each side.
      padding: strides === 1 ? 'same' : 'valid',
      useBias: false,
      kernelInitializer: 'heNormal',
    });
    return apply(
      layers.batchNormalization({ name: `${name}_norm`, momentum: 0.9, epsilon: 1e-5 }),
      apply(convolved, padded),
    );
  };
  const block = (x: tfjs.SymbolicTensor, name: string, filters: number, stride: number) => {
    const inner = apply(activation(), convolution(x, `${name}_conv1`, filters, stride));
    const outer = convolution(inner, `${name}_conv2`, filters, 1);
    const shortcut =
      stride === 1
        ? x
        : apply(new (zeroPaddedShortcut(tf))({ name: `${name}_shortcut`, stride, channels: filters }), x);
    return apply(activation(), apply(layers.add(), [outer, shortcut]));
  };

  const input = tf.input({ shape: [32, 32, 3] });
  let x = apply(activation(), convolution(input, 'conv', STAGES[0]!, 1));
  for (const [stage, filters] of STAGES.entries()) {
    for (let i = 0; i < BLOCKS; i++) {
      x = block(x, `stage${stage + 1}_block${i + 1}`, filters, stage > 0 && i === 0 ? 2 : 1);
    }
  }
  x = apply(layers.globalAveragePooling2d({}), x);
  x = apply(layers.dense({ name: 'dense', units: classes, kernelInitializer: 'heNormal' }), x);
  return tf.model({
    inputs: input,
    outputs: apply(layers.activation({ activation: 'softmax' }), x),
    name: 'resnet_56',
  });
}
