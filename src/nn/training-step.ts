import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../domain/operators/types.js';
import { AquasurfError } from '../errors.js';
import { FusedAdam, type NamedGradient } from './fused-adam.js';
import type { Objective } from './objective.js';
import type { RunningMetrics } from './running-metrics.js';
import { tapeGradients } from './tape-gradients.js';
import type { TrainingRecipe } from './task.js';

const LEARNING_RATE = 0.001;

/** What a step needs of an optimizer; those of tfjs fit. */
export interface StepOptimizer {
  /** To be called inside tf.tidy. */
  applyGradients(gradients: NamedGradient[]): void;
  dispose(): void;
}

/**
 * The optimizer of a recipe, its defaults filled in; the caller disposes of it.
 * @throws AquasurfError TASK_INVALID where the recipe's own function gives none, or one whose learning rate is not above 0
 */
export function createOptimizer(tf: Tf, recipe: TrainingRecipe): StepOptimizer {
  const rate = recipe.learningRate ?? LEARNING_RATE;
  const optimizer = recipe.optimizer ?? 'adam';
  if (typeof optimizer === 'function') return checkedOptimizer(optimizer(tf));
  if (optimizer === 'adam') return new FusedAdam(tf, rate);
  return tf.train[optimizer](rate);
}

function checkedOptimizer(optimizer: tfjs.Optimizer): StepOptimizer {
  const invalid = (what: string) => new AquasurfError('TASK_INVALID', `training.optimizer ${what}`);
  if (typeof optimizer?.applyGradients !== 'function') {
    throw invalid(`gives ${String(optimizer)}; expected an optimizer such as tf.train.adam(0.01)`);
  }
  const { learningRate } = optimizer as { learningRate?: unknown };
  if (learningRate === undefined || (Number.isFinite(learningRate) && Number(learningRate) > 0)) return optimizer;
  throw invalid(`has the learning rate ${String(learningRate)}; expected a number above 0`);
}

/**
 * Makes an optimizer's learning rate fall as the recipe says. tfjs has no schedules, but its optimizers read their rate
 * at each step.
 * @returns to be called before each step, with the share of all steps that is done
 */
export function learningRateSchedule(optimizer: StepOptimizer, recipe: TrainingRecipe): (done: number) => void {
  const decay = recipe.learningRateDecay ?? 'none';
  if (decay === 'none') return () => {};
  const adjustable = optimizer as unknown as { learningRate?: number; setLearningRate?: (rate: number) => void };
  const initial = adjustable.learningRate;
  if (initial === undefined) {
    throw new AquasurfError('TASK_INVALID', `learningRateDecay: the optimizer has no learningRate that could decay`);
  }
  return (done) => {
    const rate = initial * (decay === 'linear' ? 1 - done : (1 + Math.cos(Math.PI * done)) / 2);
    if (adjustable.setLearningRate) adjustable.setLearningRate(rate);
    else adjustable.learningRate = rate;
  };
}

interface Batch {
  inputs: Tensor;
  classes: Tensor;
  oneHot: Tensor;
}

interface StepOptions {
  tf: Tf;
  model: tfjs.LayersModel;
  objective: Objective;
  optimizer: StepOptimizer;
  batch: Batch;
  metrics: RunningMetrics;
  /** Whether to check the scores, for which the device waits. @defaultValue false */
  checkScores?: boolean;
}

/**
 * One step: forward pass with dropout on, gradients of the mean loss (and of the weights' regularisers, if the model has
 * any), update. Not `optimizer.minimize`, which refuses a network whose output does not depend on any weight, such as
 * one with the function zero: that is a bad result, not an error. To be called inside tf.tidy.
 * @throws AquasurfError TASK_INVALID where the loss takes for probabilities what is none
 */
export function trainingStep({ tf, model, objective, optimizer, batch, metrics, checkScores }: StepOptions): void {
  const variables = model.trainableWeights.map((weight) => weight.read() as tfjs.Variable);
  let kept: { loss: Tensor; scores: Tensor } | undefined;
  const total = () => {
    const { loss, scores } = objective.evaluate(batch.inputs, batch.oneHot, { training: true });
    if (checkScores) objective.checkScores(scores);
    // The gradients have a tidy of their own.
    kept = { loss: tf.keep(tf.clone(loss)), scores: tf.keep(tf.clone(scores)) };
    return model.calculateLosses().reduce<Tensor>((sum, penalty) => tf.add(sum, penalty), loss);
  };
  try {
    const grads = tapeGradients(tf, total, variables);
    const named = variables.flatMap((variable, i) => (grads[i] ? [{ name: variable.name, tensor: grads[i] }] : []));
    if (named.length > 0) optimizer.applyGradients(named);
    if (kept) metrics.add(kept.loss, kept.scores, batch.classes);
  } finally {
    if (kept) tf.dispose([kept.loss, kept.scores]);
  }
}
