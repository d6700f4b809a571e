import type * as tfjs from '@tensorflow/tfjs';
import type { BuildContext } from '../task.js';
import { MobileBlocks } from './mobile-blocks.js';

export interface MobileViTv2Options {
  /** Multiplies every width. @defaultValue 0.5 */
  width?: number;
  /** Height and width of the images. @defaultValue 160 */
  size?: number;
  /** @defaultValue 10 */
  classes?: number;
}

/** The nearest multiple of the divisor that is not more than 10 % smaller. */
function divisible(value: number, divisor: number): number {
  const nearest = Math.max(divisor, Math.floor((value + divisor / 2) / divisor) * divisor);
  return nearest < 0.9 * value ? nearest + divisor : nearest;
}

/**
 * MobileViTv2 (Mehta & Rastegari 2022, arXiv 2206.02680, table 8) with `activation` wherever its reference
 * implementation has swish, and on the values of the attention, where that has relu. At width 0.5 1,116,163 trained
 * weights with 10 classes, 1,370,593 with the reference's 1,000.
 *
 * A 3×3 convolution of stride 2; inverted residual blocks (expansion 2) of 64, 128, 128 channels (all times the width);
 * then three times an inverted residual of stride 2 and a MobileViTv2 block: 256 channels with 2 attention units of 128,
 * 384 with 4 of 192, 512 with 3 of 256; global average; dense.
 */
export function mobileViTv2(context: BuildContext, options: MobileViTv2Options = {}): tfjs.LayersModel {
  const { tf, activation } = context;
  const { width = 0.5, size = 160, classes = 10 } = options;
  const blocks = new MobileBlocks(context);
  const channels = (value: number, divisor = 8) => divisible(value * width, divisor);

  const input = tf.input({ shape: [size, size, 3] });
  let x = blocks.convolution(input, {
    name: 'stem',
    filters: divisible(Math.min(64, Math.max(16, 32 * width)), 8),
    kernelSize: 3,
    stride: 2,
  });
  x = activation().apply(blocks.batchNormalization(x, 'stem')) as tfjs.SymbolicTensor;
  x = blocks.invertedResidual(x, { name: 'layer1', filters: channels(64, 16), stride: 1 });
  x = blocks.invertedResidual(x, { name: 'layer2_1', filters: channels(128), stride: 2 });
  x = blocks.invertedResidual(x, { name: 'layer2_2', filters: channels(128), stride: 1 });
  for (const [name, filters, attention, units] of [
    ['layer3', 256, 128, 2],
    ['layer4', 384, 192, 4],
    ['layer5', 512, 256, 3],
  ] as const) {
    x = blocks.invertedResidual(x, { name, filters: channels(filters), stride: 2 });
    x = blocks.mobileViT(x, { name, attention: channels(attention), units });
  }
  x = tf.layers.globalAveragePooling2d({}).apply(x) as tfjs.SymbolicTensor;
  const kernelInitializer = tf.initializers.truncatedNormal({ stddev: 0.02 });
  x = tf.layers.dense({ name: 'classifier', units: classes, kernelInitializer }).apply(x) as tfjs.SymbolicTensor;
  const output = tf.layers.activation({ activation: 'softmax' }).apply(x) as tfjs.SymbolicTensor;
  return tf.model({ inputs: input, outputs: output, name: 'mobilevitv2' });
}
