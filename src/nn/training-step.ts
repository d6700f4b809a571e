import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../domain/operators/types.js';
import type { Objective } from './objective.js';
import type { RunningMetrics } from './running-metrics.js';
import type { TrainingRecipe } from './task.js';

const LEARNING_RATE = 0.001;

/** The optimizer of a recipe, its defaults filled in; the caller disposes of it. */
export function createOptimizer(tf: Tf, recipe: TrainingRecipe): tfjs.Optimizer {
  const rate = recipe.learningRate ?? LEARNING_RATE;
  const optimizer = recipe.optimizer ?? 'adam';
  if (typeof optimizer === 'function') return optimizer(tf);
  return tf.train[optimizer](rate);
}

export interface Batch {
  inputs: Tensor;
  classes: Tensor;
  oneHot: Tensor;
}

/**
 * One step: forward pass with dropout on, gradients of the mean loss (and of the weights' regularisers, if the model has
 * any), update. Not `optimizer.minimize`, which refuses a network whose output does not depend on any weight, such as
 * one with the function zero: that is a bad result, not an error. To be called inside tf.tidy.
 */
export function trainingStep(
  tf: Tf,
  model: tfjs.LayersModel,
  objective: Objective,
  optimizer: tfjs.Optimizer,
  batch: Batch,
  metrics: RunningMetrics,
): void {
  const variables = model.trainableWeights.map((weight) => weight.read() as tfjs.Variable);
  let kept: { loss: Tensor; scores: Tensor } | undefined;
  const total = () => {
    const { loss, scores } = objective.evaluate(batch.inputs, batch.oneHot, { training: true });
    // gradients() has a tidy of its own.
    kept = { loss: tf.keep(tf.clone(loss)), scores: tf.keep(tf.clone(scores)) };
    return model.calculateLosses().reduce<Tensor>((sum, penalty) => tf.add(sum, penalty), loss);
  };
  try {
    const { grads } = tf.engine().gradients(total, variables, undefined, true);
    const named = variables.flatMap((variable, i) => (grads[i] ? [{ name: variable.name, tensor: grads[i] }] : []));
    if (named.length > 0) optimizer.applyGradients(named);
    if (kept) metrics.add(kept.loss, kept.scores, batch.classes);
  } finally {
    if (kept) tf.dispose([kept.loss, kept.scores]);
  }
}
