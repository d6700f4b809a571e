import type * as tfjs from '@tensorflow/tfjs';
import type { LayerSpectrum } from '../../domain/features/spectrum.js';
import type { Tensor, Tf } from '../../domain/operators/types.js';
import { createObjective, type Loss } from '../objective.js';
import { type CountedLayer, countedLayers } from './counted-layers.js';
import type { EigenvalueSolver } from './eigenvalue-solver.js';
import { inputGradient } from './input-gradient.js';
import { layerSpectra } from './layer-spectra.js';
import { traceLayers } from './trace-layers.js';

interface FisherPlanOptions {
  tf: Tf;
  /** @defaultValue 'categoricalCrossentropy' */
  loss?: Loss | undefined;
  /** The name of the task that the model is of, for messages. */
  task?: string | undefined;
  compat?: 'aquasurf' | undefined;
  /** @defaultValue in this thread */
  solve?: EigenvalueSolver | undefined;
}

/** Parts of a function's time; `eigenvalues` is what they take besides the covariances that run meanwhile. */
export type FisherPart = 'forward' | 'backward' | 'covariance' | 'eigenvalues';

interface FisherRun {
  inputs: Tensor;
  labels: Tensor | Int32Array;
  /** Told the seconds of each part as they pass. */
  onTime?: ((part: FisherPart, seconds: number) => void) | undefined;
}

/** What is found out about a model once, for any number of runs with other weights, functions and batches. */
export interface FisherPlan {
  counted: readonly CountedLayer[];
  /** Names of layers that have weights but are left out. */
  ignored: readonly string[];
  /** @throws AquasurfError where the loss takes for probabilities what is none (`Objective`) */
  spectra(run: FisherRun): Promise<LayerSpectrum[]>;
}

/** @throws AquasurfError MODEL_UNSUPPORTED naming the layer and the mend */
export function createFisherPlan(model: tfjs.LayersModel, options: FisherPlanOptions): FisherPlan {
  const { tf } = options;
  const { counted, ignored } = countedLayers(model);
  const objective = createObjective(tf, model, options.loss ?? 'categoricalCrossentropy', options.task);
  const classes = model.outputs[0]!.shape.at(-1)!;
  const layers = counted.map((each) => ({ layer: each.layer, inputGradient: inputGradient(tf, each) }));
  const activations = model.layers.filter((layer) => isEntryByEntry(layer.getClassName()));
  const spectra = async ({ inputs, labels, onTime = () => {} }: FisherRun): Promise<LayerSpectrum[]> => {
    const clock = stopwatch(onTime);
    const traces = traceLayers(tf, { layers, activations }, () => {
      const targets = oneHot(tf, labels, classes);
      const { loss, scores } = objective.evaluate(inputs, targets, { training: false });
      objective.checkScores(scores);
      clock('forward');
      return loss;
    });
    clock('backward');
    return layerSpectra(tf, counted, traces, { compat: options.compat === 'aquasurf', solve: options.solve, clock });
  };
  return { counted, ignored, spectra };
}

/**
 * Layers that work entry by entry, batch normalisation with its moving averages included: what they keep for the backward
 * pass, and the gradients that they pass on, need not be kept.
 */
const isEntryByEntry = (className: string) =>
  className.startsWith('ActivationFunction') || className === 'BatchNormalization';

/** Loss labels: one-hot, float32. */
function oneHot(tf: Tf, labels: Tensor | Int32Array, classes: number): Tensor {
  if (labels instanceof Int32Array) return tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32');
  if (labels.rank === 1) return tf.cast(tf.oneHot(tf.cast(labels, 'int32'), classes), 'float32');
  return tf.cast(labels, 'float32');
}

/** Tells the seconds since the last call. */
function stopwatch(onTime: (part: FisherPart, seconds: number) => void): (part: FisherPart) => void {
  let last = performance.now();
  return (part) => {
    const now = performance.now();
    onTime(part, (now - last) / 1000);
    last = now;
  };
}
