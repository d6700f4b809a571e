import type * as tfjs from '@tensorflow/tfjs';
import type { Tf } from '../../src/domain/operators/types.js';
import { createActivationFunction } from '../../src/nn/activation-function.js';
import { golden } from './golden.js';

/** A layer of test/golden/fisher.json: eigenvalues of the original Python program (golden/README.md). */
export interface GoldenLayer {
  name: string;
  input_eigs: number[];
  grad_eigs: number[];
  /** Number of weights' directions in each factor, and how many of them are above 1e-5 of the largest. */
  input_cov_dim: number;
  grad_cov_dim: number;
  n_well_conditioned_input: number;
  n_well_conditioned_grad: number;
  log_eigs_raw: Array<number | string>;
}
interface GoldenModel {
  input_shape: number[];
  inputs: number[];
  labels: number[];
  weights: Array<{ name: string; shape: number[]; values: number[] }>;
  cases: Record<string, { loss: number; layers: GoldenLayer[] }>;
}

export const fisherGolden = golden<Record<string, GoldenModel>>('fisher');

/** The layers of each golden model before the softmax. */
const BODIES: Record<string, (tf: Tf, act: () => tfjs.layers.Layer) => tfjs.layers.Layer[]> = {
  dense_8_6_4: ({ layers }, act) => [
    layers.dense({ units: 6, name: 'd1' }),
    act(),
    layers.dense({ units: 4, name: 'd2' }),
  ],
  conv_same_valid: ({ layers }, act) => [
    layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', name: 'c1' }),
    act(),
    layers.conv2d({ filters: 5, kernelSize: 3, strides: 2, useBias: false, name: 'c2' }),
    act(),
    layers.flatten(),
    layers.dense({ units: 4, name: 'd' }),
  ],
  depthwise_pointwise: ({ layers }, act) => [
    layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', name: 'dw' }),
    layers.conv2d({ filters: 5, kernelSize: 1, name: 'pw' }),
    act(),
    layers.globalAveragePooling2d({}),
    layers.dense({ units: 4, name: 'd' }),
  ],
  dense_tokens: ({ layers }, act) => [
    layers.dense({ units: 3, name: 't' }),
    act(),
    layers.globalAveragePooling1d(),
    layers.dense({ units: 4, name: 'd' }),
  ],
  conv_same_stride2: ({ layers }, act) => [
    layers.conv2d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', name: 'c1' }),
    act(),
    layers.flatten(),
    layers.dense({ units: 4, name: 'd' }),
  ],
};

/** A golden model with its weights, its inputs and its labels; the caller disposes of model and inputs. */
export function buildGolden(tf: Tf, name: string, fn: string) {
  const recorded = fisherGolden[name]!;
  const input = tf.input({ shape: recorded.input_shape.slice(1) });
  const layers = [...BODIES[name]!(tf, () => createActivationFunction(tf, { fn })), tf.layers.softmax({ axis: -1 })];
  const output = layers.reduce<tfjs.SymbolicTensor>((x, layer) => layer.apply(x) as tfjs.SymbolicTensor, input);
  const model = tf.model({ inputs: input, outputs: output });
  tf.tidy(() => model.setWeights(recorded.weights.map(({ values, shape }) => tf.tensor(values, shape))));
  return {
    model,
    inputs: tf.tensor(recorded.inputs, recorded.input_shape),
    labels: Int32Array.from(recorded.labels),
  };
}
