import type * as tfjs from '@tensorflow/tfjs';
import type { Tf } from '../domain/operators/types.js';
import type { OwnRegressor } from '../domain/surrogate/regressors/regressor.js';

/** Rows of one split: `inputs` has shape [rows, ...inputShape], row-major; `labels` are class indices. */
export interface Split {
  inputs: Float32Array;
  labels: Int32Array;
  rows: number;
}

/** A data set in plain typed arrays, so that every backend takes it. */
export interface DataSet {
  /** Shape of one input, e.g. [28, 28, 1]. */
  inputShape: number[];
  classes: number;
  train: Split;
  validation: Split;
  /** Never used to choose anything; reported beside the validation results. */
  test: Split;
}

export interface BuildContext {
  /** tfjs on the backend in use. Do not import tfjs in a task: a second copy is a second engine. */
  tf: Tf;
  /** A new layer with the function under search; call it once for each place where the model has an activation. */
  activation: (name?: string) => tfjs.layers.Layer;
}

export interface DataContext {
  /** A folder to keep downloads in, shared by all studies. */
  cacheDir: string;
  /** One line for people about long work such as a download. */
  notify: (message: string) => void;
}

export interface TrainingRecipe {
  /** @defaultValue 1 */
  epochs?: number;
  /** @defaultValue 128 */
  batchSize?: number;
  /** Examples evaluated at once: small networks go faster with more. @defaultValue batchSize */
  evaluationBatchSize?: number;
  /** @defaultValue 'adam' */
  optimizer?: 'adam' | 'sgd' | 'rmsprop' | ((tf: Tf) => tfjs.Optimizer);
  /** Of the optimizer named above; at the first step, where it decays. @defaultValue 0.001 */
  learningRate?: number;
  /**
   * How the learning rate falls from the first step to 0 after the last: by equal amounts, or as half a cosine.
   * @defaultValue 'none'
   */
  learningRateDecay?: 'none' | 'linear' | 'cosine';
}

/** What a user brings: a model with a hole for the activation function, data, and how to train. */
export interface TaskDefinition {
  /** `--task NAME`. Letters, digits, `-`, `_`, `.`, `/`. */
  name: string;
  /** One line for `aquasurf task list`. */
  description?: string;
  /**
   * Left out, with `loadData`, where the network lives elsewhere: functions are then described by their outputs, and by
   * Fisher features only where these are uploaded, and trained by whoever asks for them and tells the results.
   *
   * An uncompiled model that ends in class probabilities (softmax). Initial weights need no seeds: they are re-drawn
   * from the seed of the run. Activations must be layers of their own (docs/design.md section 5).
   */
  buildModel?: (context: BuildContext) => tfjs.LayersModel;
  loadData?: (context: DataContext) => Promise<DataSet> | DataSet;
  /**
   * Stands for the data in the study, where `loadData` cannot give the same bytes on every machine, or too many of them.
   * Change it when the data change. @defaultValue a hash of all that `loadData` gives
   */
  dataVersion?: string;
  /**
   * Mean loss over a batch, a scalar; `labels` are one-hot [batch, classes].
   * @defaultValue 'categoricalCrossentropy'
   */
  loss?: 'categoricalCrossentropy' | ((tf: Tf, labels: tfjs.Tensor, predictions: tfjs.Tensor) => tfjs.Scalar);
  training?: TrainingRecipe;
  fisher?: {
    /** Training images in the batch that the Fisher features are computed on. @defaultValue 100 */
    batchSize?: number;
  };
  /**
   * A regressor of your own, for studies made with `--regressor task`: it learns the metric of the trials from their
   * places in the embedding, and predicts it for the candidates. Made anew for each suggestion. More is better: where the
   * metric is minimised, it gets and predicts negated values.
   */
  regressor?: (options: { seed: number }) => OwnRegressor;
  /**
   * Functions that are tried first; those that use operators of one's own want these in the task's module.
   * @defaultValue elu, relu, selu, sigmoid, softplus, softsign, swish, tanh
   */
  baselines?: string[];
}

/** A task whose network is trained here. */
type NetworkTask = TaskDefinition & Required<Pick<TaskDefinition, 'buildModel' | 'loadData'>>;

/** Marks a module's default export as a task and types it. Gives back its argument; validation is at load time. */
export function defineTask(task: NetworkTask): NetworkTask;
export function defineTask(task: TaskDefinition): TaskDefinition;
export function defineTask(task: TaskDefinition): TaskDefinition {
  return task;
}
