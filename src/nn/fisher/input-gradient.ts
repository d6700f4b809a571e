import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../../domain/operators/types.js';
import type { ConvolutionLayer, CountedLayer } from './counted-layers.js';

/** ∂L/∂x from g = ∂L/∂y of a linear layer, which needs neither x nor y. */
export type InputGradient = (g: Tensor, inputShape: number[]) => Tensor;

/**
 * How a layer passes a gradient on to its input, without the tape, which would keep the layer's output before its bias.
 * @returns undefined for a class of the user's own that computes in another way than tfjs's layer of that name
 */
export function inputGradient(tf: Tf, counted: CountedLayer): InputGradient | undefined {
  const { layer } = counted;
  const stock = {
    Dense: () => tf.layers.dense({ units: 1 }),
    Conv2D: () => tf.layers.conv2d({ filters: 1, kernelSize: 1 }),
    DepthwiseConv2D: () => tf.layers.depthwiseConv2d({ kernelSize: 1 }),
  }[counted.kind]();
  if (layer.call !== stock.call) return undefined;
  const kernel = () => layer.weights[0]!.read();
  switch (counted.kind) {
    case 'Dense':
      return (g, inputShape) => {
        const rows = tf.reshape(g, [-1, g.shape.at(-1)!]);
        return tf.reshape(tf.matMul(rows, kernel() as Tensor, false, true), inputShape);
      };
    case 'Conv2D':
      return (g, inputShape) =>
        tf.conv2dTranspose(
          g as tfjs.Tensor4D,
          kernel() as tfjs.Tensor4D,
          inputShape as [number, number, number, number],
          counted.stride,
          counted.padding,
        );
    case 'DepthwiseConv2D':
      return (g, inputShape) => depthwiseGradient(tf, g, kernel() as Tensor, inputShape, counted);
  }
}

function depthwiseGradient(
  tf: Tf,
  dy: Tensor,
  filter: Tensor,
  inputShape: number[],
  { stride, padding }: ConvolutionLayer,
): Tensor {
  const attributes = { strides: [stride, stride], pad: padding, dilations: [1, 1], inputShape };
  return tf.engine().runKernel('DepthwiseConv2dNativeBackpropInput', { dy, filter }, attributes) as Tensor;
}
