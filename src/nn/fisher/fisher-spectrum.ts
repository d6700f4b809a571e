import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../../domain/operators/types.js';
import type { LayerSpectrum } from '../../domain/spectrum.js';
import { loadedTf } from '../backend/current-backend.js';
import { createObjective, type Loss } from '../objective.js';
import { type CountedLayer, countedLayers } from './counted-layers.js';
import { factorEigenvalues } from './factor-eigenvalues.js';
import { denseRows, patchRows } from './row-source.js';
import { type LayerTrace, traceLayers } from './trace-layers.js';

export interface FisherSpectrumOptions {
  /** A batch of inputs [N, ...]; 100 examples are usual. */
  inputs: Tensor;
  /** Their true labels: one-hot [N, classes], or class indices. */
  labels: Tensor | Int32Array;
  /**
   * Mean loss over the batch, of one-hot labels and the model's predictions, a scalar.
   * @defaultValue 'categoricalCrossentropy'
   */
  loss?: Loss;
  /**
   * `aquasurf` reproduces the quirks of the Python program, for comparison with its values: a Dense layer on several
   * dimensions is taken as one on all of them together, Dense factors are divided by the length of ā, and with `same`
   * padding and a stride above 1 the patches are one position off.
   */
  compat?: 'aquasurf';
  /** Told the names of layers that have weights but are left out, if there are any. */
  onIgnored?: (layers: string[]) => void;
}

/**
 * Spectrum of the empirical Fisher information matrix of a model at its present weights, a block a layer: the
 * eigenvalues of the Kronecker factors A of its inputs and G of the gradients ∂L/∂(output) (K-FAC, arXiv 1503.05671;
 * KFC for convolutions, arXiv 1602.01407; DESIGN.md section 5). Every eigenvalue of a block is a product of one of A
 * and one of G. L is the mean loss over the batch, dropout is off.
 *
 * Dense and Conv2D layers count, in model order. Leaves the model as it was and no tensors behind.
 * @throws AquasurfError MODEL_UNSUPPORTED naming the layer and the mend, before any work
 */
export async function fisherSpectrum(
  model: tfjs.LayersModel,
  options: FisherSpectrumOptions,
): Promise<LayerSpectrum[]> {
  const tf = loadedTf();
  const compat = options.compat === 'aquasurf';
  const { counted, ignored } = countedLayers(model);
  if (ignored.length > 0) options.onIgnored?.(ignored);
  const objective = createObjective(tf, model, options.loss ?? 'categoricalCrossentropy');
  const traces = traceLayers(
    tf,
    counted.map(({ layer }) => layer),
    () => {
      const labels = oneHot(tf, options.labels, model.outputs[0]!.shape.at(-1)!);
      return objective.evaluate(options.inputs, labels, { training: false }).loss;
    },
  );
  try {
    const spectra: LayerSpectrum[] = [];
    for (const [i, layer] of counted.entries()) spectra.push(await layerSpectrum(tf, layer, traces[i]!, compat));
    return spectra;
  } finally {
    for (const { input, gradient } of traces) tf.dispose(gradient ? [input, gradient] : [input]);
  }
}

function oneHot(tf: Tf, labels: Tensor | Int32Array, classes: number): Tensor {
  if (labels instanceof Int32Array) return tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32');
  if (labels.rank === 1) return tf.cast(tf.oneHot(tf.cast(labels, 'int32'), classes), 'float32');
  return tf.cast(labels, 'float32');
}

async function layerSpectrum(
  tf: Tf,
  layer: CountedLayer,
  { input, gradient, outputShape }: LayerTrace,
  compat: boolean,
): Promise<LayerSpectrum> {
  const batch = input.shape[0]!;
  // A layer that the loss does not depend on has the gradient 0.
  const back = gradient ?? tf.zeros(outputShape);
  const flat: Tensor[] = [];
  const collapse = (tensor: Tensor) => {
    flat.push(tf.reshape(tensor, [batch, -1]));
    return flat.at(-1)!;
  };
  try {
    const collapsed = compat && layer.kind === 'Dense';
    const inputs =
      layer.kind === 'Conv2D'
        ? patchRows(tf, input, layer, compat)
        : denseRows(tf, collapsed ? collapse(input) : input);
    const gradients = denseRows(tf, collapsed ? collapse(back) : back);
    const barLength = inputs.columns + (layer.useBias ? 1 : 0);
    const [inputDivisor, gradientDivisor] = collapsed ? [barLength, barLength] : [batch, gradients.rows];
    return {
      layer: layer.name,
      weights: layer.weights,
      inputEigenvalues: await factorEigenvalues(tf, inputs, { homogeneous: layer.useBias, divisor: inputDivisor }),
      gradientEigenvalues: await factorEigenvalues(tf, gradients, { homogeneous: false, divisor: gradientDivisor }),
    };
  } finally {
    tf.dispose(flat);
    if (!gradient) back.dispose();
  }
}
