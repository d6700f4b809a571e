import type { Tensor, Tf } from '../../domain/operators/types.js';
import type { CountedLayer } from './counted-layers.js';
import { type FactorMatrix, factorMatrix } from './factor-matrix.js';
import { channelPatchRows, denseRows, type FactorRows, patchRows } from './factor-rows.js';

/** The matrices of a layer's two Kronecker factors; undefined where an entry is not finite. */
interface LayerFactors {
  input: FactorMatrix | undefined;
  gradient: FactorMatrix | undefined;
}

/**
 * A of a layer's inputs and G of the gradients ∂L/∂(its output), as the table of docs/design.md section 5 has them: rows are
 * the inputs that the weights meet (at each position, for a depthwise convolution in each channel), Σ ā āᵀ / N, and the
 * gradients at each position, Σ g gᵀ / (N·S).
 * @param input [N, ...]
 * @param gradient [N, ...]
 */
export async function layerFactors(
  tf: Tf,
  layer: CountedLayer,
  input: Tensor,
  gradient: Tensor,
  compat: boolean,
): Promise<LayerFactors> {
  const batch = input.shape[0]!;
  if (compat && layer.kind === 'Dense') return collapsedDense(tf, layer, input, gradient);
  const a = inputRows(tf, layer, input, compat);
  const g = denseRows(tf, gradient);
  // The Python program divides the G of a depthwise convolution by the channels too.
  const channels = compat && layer.kind === 'DepthwiseConv2D' ? g.columns : 1;
  return {
    input: await factorMatrix(tf, a, { homogeneous: layer.useBias, divisor: batch }),
    gradient: await factorMatrix(tf, g, { homogeneous: false, divisor: g.rows * channels }),
  };
}

function inputRows(tf: Tf, layer: CountedLayer, input: Tensor, compat: boolean): FactorRows {
  switch (layer.kind) {
    case 'Dense':
      return denseRows(tf, input);
    case 'Conv2D':
      return patchRows(tf, input, layer, compat);
    case 'DepthwiseConv2D':
      return channelPatchRows(tf, input, layer, compat);
  }
}

/** The Python program's Dense: all dimensions but the batch as one, both factors divided by the length of ā. */
async function collapsedDense(tf: Tf, layer: CountedLayer, input: Tensor, gradient: Tensor): Promise<LayerFactors> {
  const flat = [input, gradient].map((tensor) => tf.reshape(tensor, [tensor.shape[0]!, -1]) as Tensor);
  try {
    const [a, g] = flat.map((tensor) => denseRows(tf, tensor)) as [FactorRows, FactorRows];
    const divisor = a.columns + (layer.useBias ? 1 : 0);
    return {
      input: await factorMatrix(tf, a, { homogeneous: layer.useBias, divisor }),
      gradient: await factorMatrix(tf, g, { homogeneous: false, divisor }),
    };
  } finally {
    tf.dispose(flat);
  }
}

/** Number of eigenvalues of each factor. */
export function factorSizes(
  layer: CountedLayer,
  { input, outputShape }: { input: Tensor; outputShape: number[] },
  compat: boolean,
): { input: number; gradient: number } {
  const bias = layer.useBias ? 1 : 0;
  const channels = input.shape.at(-1)!;
  const units = outputShape.at(-1)!;
  if (layer.kind === 'Conv2D') return { input: layer.kernelSize ** 2 * channels + bias, gradient: units };
  if (layer.kind === 'DepthwiseConv2D') return { input: layer.kernelSize ** 2 + bias, gradient: units };
  if (!compat) return { input: channels + bias, gradient: units };
  const batch = input.shape[0]!;
  return { input: input.size / batch + bias, gradient: outputShape.reduce((a, b) => a * b, 1) / batch };
}
