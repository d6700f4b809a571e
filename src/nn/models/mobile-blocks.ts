import type * as tfjs from '@tensorflow/tfjs';
import type { BuildContext } from '../task.js';
import { channelSlice, evenSize, exampleNormalization, separableAttention } from './layers/index.js';

type Symbolic = tfjs.SymbolicTensor;

interface Convolution {
  name: string;
  filters: number;
  kernelSize: number;
  stride?: number;
  useBias?: boolean;
}

/** The blocks that MobileViTv2 is made of (arXiv 2206.02680, figure 3), on images [h, w, c]. */
export class MobileBlocks {
  constructor(private readonly context: BuildContext) {}

  /** As the reference pads: (kernel - 1)/2 zeros on each side, whatever the stride. */
  convolution(x: Symbolic, { name, filters, kernelSize, stride = 1, useBias = false }: Convolution): Symbolic {
    const { layers, initializers } = this.context.tf;
    const layer = layers.conv2d({
      name,
      filters,
      kernelSize,
      strides: stride,
      padding: stride === 1 ? 'same' : 'valid',
      useBias,
      kernelInitializer: initializers.varianceScaling({ scale: 2, mode: 'fanOut', distribution: 'normal' }),
    });
    return this.#apply(layer, this.#padded(x, stride));
  }

  #depthwise(x: Symbolic, name: string, stride: number): Symbolic {
    const { layers, initializers } = this.context.tf;
    const layer = layers.depthwiseConv2d({
      name,
      kernelSize: 3,
      strides: stride,
      padding: stride === 1 ? 'same' : 'valid',
      useBias: false,
      // The reference's fan out is what tfjs takes for the fan in of a depthwise kernel.
      depthwiseInitializer: initializers.varianceScaling({ scale: 2, mode: 'fanIn', distribution: 'normal' }),
    });
    return this.#apply(layer, this.#padded(x, stride));
  }

  #padded(x: Symbolic, stride: number): Symbolic {
    return stride === 1 ? x : this.#apply(this.context.tf.layers.zeroPadding2d({ padding: 1 }), x);
  }

  batchNormalization(x: Symbolic, name: string): Symbolic {
    const layer = this.context.tf.layers.batchNormalization({ name: `${name}_norm`, momentum: 0.9, epsilon: 1e-5 });
    return this.#apply(layer, x);
  }

  /** 1×1 to twice the channels, depthwise 3×3, 1×1; added to its input where the shapes are the same. */
  invertedResidual(
    x: Symbolic,
    { name, filters, stride }: { name: string; filters: number; stride: number },
  ): Symbolic {
    const channels = x.shape.at(-1)!;
    let y = this.convolution(x, { name: `${name}_expand`, filters: 2 * channels, kernelSize: 1 });
    y = this.#act(this.batchNormalization(y, `${name}_expand`));
    y = this.#depthwise(y, `${name}_depthwise`, stride);
    y = this.#act(this.batchNormalization(y, `${name}_depthwise`));
    y = this.convolution(y, { name: `${name}_reduce`, filters, kernelSize: 1 });
    y = this.batchNormalization(y, `${name}_reduce`);
    return stride === 1 && channels === filters ? this.#apply(this.context.tf.layers.add(), [x, y]) : y;
  }

  /** Depthwise 3×3 and 1×1, attention units on patches of 2×2 pixels, and 1×1 back to the channels of its input. */
  mobileViT(x: Symbolic, { name, attention, units }: { name: string; attention: number; units: number }): Symbolic {
    const { tf } = this.context;
    const channels = x.shape.at(-1)!;
    const isOdd = x.shape[1]! % 2 === 1 || x.shape[2]! % 2 === 1;
    let y = isOdd ? this.#apply(new (evenSize(tf))({ name: `${name}_even` }), x) : x;
    y = this.#act(this.batchNormalization(this.#depthwise(y, `${name}_local`, 1), `${name}_local`));
    y = this.convolution(y, { name: `${name}_into`, filters: attention, kernelSize: 1 });
    const [, height, width] = y.shape as [null, number, number];
    y = this.#unfold(y, height, width, attention);
    for (let unit = 1; unit <= units; unit++) y = this.#attentionUnit(y, `${name}_unit${unit}`, attention);
    y = this.#fold(this.#normalized(y, `${name}_last`), height, width, attention);
    y = this.convolution(y, { name: `${name}_out`, filters: channels, kernelSize: 1 });
    return this.batchNormalization(y, `${name}_out`);
  }

  /** Separable self-attention and a feed-forward network of twice the channels, each normalised first and added. */
  #attentionUnit(x: Symbolic, name: string, channels: number): Symbolic {
    const { tf } = this.context;
    const pointwise = (input: Symbolic, part: string, filters: number) =>
      this.convolution(input, { name: `${name}_${part}`, filters, kernelSize: 1, useBias: true });
    const projected = pointwise(this.#normalized(x, `${name}_attention`), 'qkv', 1 + 2 * channels);
    const slice = (part: string, from: number, to: number) =>
      this.#apply(new (channelSlice(tf))({ name: `${name}_${part}`, from, to }), projected);
    const values = this.#act(slice('value', 1 + channels, 1 + 2 * channels));
    const mixed = this.#apply(new (separableAttention(tf))({ name: `${name}_mix` }), [
      slice('key', 0, 1 + channels),
      values,
    ]);
    const y = this.#apply(tf.layers.add(), [x, pointwise(mixed, 'project', channels)]);
    const wide = this.#act(pointwise(this.#normalized(y, `${name}_feed`), 'widen', 2 * channels));
    return this.#apply(tf.layers.add(), [y, pointwise(wide, 'narrow', channels)]);
  }

  #normalized(x: Symbolic, name: string): Symbolic {
    return this.#apply(new (exampleNormalization(this.context.tf))({ name: `${name}_norm` }), x);
  }

  /** [h, w, c] to [4 pixels of a patch, h/2·w/2 patches, c]. */
  #unfold(x: Symbolic, height: number, width: number, channels: number): Symbolic {
    const { layers } = this.context.tf;
    const apart = layers.reshape({ targetShape: [height / 2, 2, width / 2, 2, channels] });
    const gathered = this.#apply(layers.permute({ dims: [2, 4, 1, 3, 5] }), this.#apply(apart, x));
    return this.#apply(layers.reshape({ targetShape: [4, (height * width) / 4, channels] }), gathered);
  }

  #fold(x: Symbolic, height: number, width: number, channels: number): Symbolic {
    const { layers } = this.context.tf;
    const apart = layers.reshape({ targetShape: [2, 2, height / 2, width / 2, channels] });
    const gathered = this.#apply(layers.permute({ dims: [3, 1, 4, 2, 5] }), this.#apply(apart, x));
    return this.#apply(layers.reshape({ targetShape: [height, width, channels] }), gathered);
  }

  #act(x: Symbolic): Symbolic {
    return this.#apply(this.context.activation(), x);
  }

  #apply(layer: tfjs.layers.Layer, x: Symbolic | Symbolic[]): Symbolic {
    return layer.apply(x) as Symbolic;
  }
}
