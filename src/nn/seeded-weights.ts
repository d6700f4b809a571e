import type * as tfjs from '@tensorflow/tfjs';
import type { OperatorSet, Tf } from '../domain/operators/types.js';
import { SeededRandom } from '../domain/random/seeded-random.js';
import { AquasurfError } from '../errors.js';
import { type ActivationLayer, createActivationFunction } from './activation-function.js';
import type { TaskDefinition } from './task.js';

/**
 * Runs `body`, which must not wait for anything, with `Math.random` drawing from `random`, and puts the old one back.
 *
 * This is how code gets seeded that takes no seed: tfjs's initialisers and dropout draw the seeds of their own
 * generators from `Math.random` wherever the user's builder gives none. Everything in between is synchronous, so no
 * other code of the process ever sees the seeded one.
 */
export function withSeededMathRandom<T>(random: SeededRandom, body: () => T): T {
  const original = Math.random;
  Math.random = () => random.next();
  try {
    return body();
  } finally {
    Math.random = original;
  }
}

export interface BuildOptions {
  tf: Tf;
  task: TaskDefinition;
  /** The activation function's expression. */
  fn: string;
  /** Operators that the function is read with. @defaultValue the built-in ones */
  operators?: OperatorSet | undefined;
  /** Decides every initial weight, but those for which the builder fixes a seed or values itself. */
  seed: number;
}

/**
 * A task's model with a function in it and initial weights that depend on the seed alone: bit-equal in any process,
 * and the same for every function. The caller disposes of it.
 * @throws AquasurfError TASK_INVALID when what the builder gives is not a model with a place for the function
 */
export function buildSeededModel(options: BuildOptions): tfjs.LayersModel {
  return buildWithActivations(options).model;
}

/** As `buildSeededModel`, with the layers that the function is in. */
export function buildWithActivations({ tf, task, fn, operators, seed }: BuildOptions): {
  model: tfjs.LayersModel;
  activations: ActivationLayer[];
} {
  const activations: ActivationLayer[] = [];
  let model: tfjs.LayersModel | undefined;
  const activation = (name?: string) => {
    const layer = createActivationFunction(tf, name === undefined ? { fn } : { fn, name }, operators);
    activations.push(layer);
    return layer;
  };
  const { buildModel } = task;
  if (!buildModel)
    throw new AquasurfError('TASK_INVALID', `task ${task.name} has no network: it is only asked and told`);
  // Initialisers leave intermediate tensors behind, which tidy takes; variables stay.
  tf.tidy(() => {
    model = withSeededMathRandom(new SeededRandom(`weights ${seed}`), () => buildModel({ tf, activation }));
  });
  const invalid = (what: string) => new AquasurfError('TASK_INVALID', `task ${task.name}: ${what}`);
  if (!(model instanceof tf.LayersModel)) {
    const mend =
      'return tf.model(...) or tf.sequential(...), made with the `tf` that buildModel is given, not a Promise';
    throw invalid(`buildModel gave no layers model of the backend's tfjs; ${mend}`);
  }
  if (!model.outputs?.[0]) {
    throw invalid('buildModel gave a model without an input shape; give the first layer `inputShape`');
  }
  if (activations.length === 0) {
    model.dispose();
    throw invalid('buildModel never calls `activation()`; put a layer from it wherever the function under search goes');
  }
  // A sequential model is put together at its first use otherwise.
  if (model instanceof tf.Sequential && !model.built) model.build();
  return { model, activations };
}
