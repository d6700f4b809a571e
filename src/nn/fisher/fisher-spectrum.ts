import type * as tfjs from '@tensorflow/tfjs';
import type { LayerSpectrum } from '../../domain/features/spectrum.js';
import type { Tensor } from '../../domain/operators/types.js';
import { AquasurfError } from '../../errors.js';
import { loadedTf } from '../backend/current-backend.js';
import type { Loss } from '../objective.js';
import { createFisherPlan } from './fisher-plan.js';

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
   * dimensions is taken as one on all of them together, Dense factors are divided by the length of ā, the G of a
   * DepthwiseConv2D by the number of channels too, and with `same` padding and a stride above 1 the patches are one
   * position off.
   */
  compat?: 'aquasurf';
  /** Told the names of layers that have weights but are left out, if there are any. */
  onIgnored?: (layers: string[]) => void;
}

/**
 * Spectrum of the empirical Fisher information matrix of a model at its present weights, a block a layer: the
 * eigenvalues of the Kronecker factors A of its inputs and G of the gradients ∂L/∂(output) (K-FAC, arXiv 1503.05671;
 * KFC for convolutions, arXiv 1602.01407; docs/design.md section 5). Every eigenvalue of a block is a product of one of A
 * and one of G. L is the mean loss over the batch; dropout is off and batch normalisation uses its moving averages.
 *
 * Dense, Conv2D and DepthwiseConv2D layers count, in model order. Leaves the model as it was and no tensors behind.
 * A factor with an entry that is not finite has eigenvalues NaN, one of zeros alone has eigenvalues 0.
 * @throws AquasurfError MODEL_UNSUPPORTED naming the layer and the mend, also where the cross-entropy is asked for and
 *   the model gives no probabilities; USAGE where there is not one label for each input or one is no class
 */
export async function fisherSpectrum(
  model: tfjs.LayersModel,
  options: FisherSpectrumOptions,
): Promise<LayerSpectrum[]> {
  const { inputs, labels, loss, compat } = options;
  const plan = createFisherPlan(model, { tf: loadedTf(), loss, compat });
  await checkLabels(inputs, labels, model.outputs[0]!.shape.at(-1));
  if (plan.ignored.length > 0) options.onIgnored?.([...plan.ignored]);
  return plan.spectra({ inputs, labels });
}

/** A single label would be taken for all inputs, one that is no class for none, and callers in JavaScript may give anything. */
async function checkLabels(
  { shape }: Tensor,
  labels: Tensor | Int32Array,
  classes: number | null | undefined,
): Promise<void> {
  const usage = (message: string) => new AquasurfError('USAGE', message);
  const [count, columns] = labels instanceof Int32Array ? [labels.length] : (labels?.shape ?? []);
  if (count !== shape[0]) {
    const wanted = `labels must be an Int32Array of class indices or a tensor, with one for each of the ${shape[0]} inputs`;
    throw usage(count === undefined ? wanted : `${wanted}; there are ${count}`);
  }
  if (typeof classes !== 'number') return;
  if (columns !== undefined) {
    if (columns !== classes) throw usage(`labels have ${columns} columns, the model ${classes} classes`);
    return;
  }
  const indices = labels instanceof Int32Array ? labels : await labels.data();
  const wrong = indices.find((label) => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (wrong === undefined) return;
  throw usage(`label ${wrong} is none of the model's classes, 0 to ${classes - 1}`);
}
