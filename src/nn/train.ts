import { setImmediate as yieldToEvents } from 'node:timers/promises';
import type * as tfjs from '@tensorflow/tfjs';
import type { OperatorSet, Tf } from '../domain/operators/types.js';
import { SeededRandom } from '../domain/random/seeded-random.js';
import type { TrialResult } from '../domain/trial.js';
import { AquasurfError } from '../errors.js';
import { allRows, batchTensors, inBatches } from './batches.js';
import { checkData, checkModelFitsData } from './check-data.js';
import { evaluateModel } from './evaluate-model.js';
import { createObjective, type Objective } from './objective.js';
import { RunningMetrics } from './running-metrics.js';
import { buildSeededModel, withSeededMathRandom } from './seeded-weights.js';
import type { DataSet, TaskDefinition } from './task.js';
import { taskLoss } from './task-loss.js';
import { createOptimizer, learningRateSchedule, trainingStep } from './training-step.js';

/** One epoch of training: `epoch` from 1, `trainLoss`, `trainAcc`; the last also has `valLoss`, `valAcc`. */
type EpochRecord = Record<string, number | null>;

interface TrainFunctionOptions {
  tf: Tf;
  task: TaskDefinition;
  data: DataSet;
  /** The activation function's expression. */
  fn: string;
  /** Operators that it is read with. @defaultValue the built-in ones */
  operators?: OperatorSet | undefined;
  /** Decides initial weights, order of the examples and dropout. */
  seed: number;
  /** Called after each epoch. */
  onEpoch?: (record: EpochRecord) => void;
  /** Called after each step with the share of all steps that is done, and after each batch that is evaluated. */
  onProgress?: (fraction: number) => void;
  /** Asked before each step: true ends the training with an error FAILED. */
  shouldStop?: () => boolean;
}

const EPOCHS = 1;
const BATCH_SIZE = 128;
/**
 * Whether to look, after so many steps, if the loss is still finite: many functions diverge at once, which is seen soon;
 * looking makes the device wait, so later it happens seldom.
 */
const looksForDivergence = (step: number): boolean =>
  step % 25 === 0 || (step < 25 && Number.isInteger(Math.log2(step)));

/**
 * Trains a task's model with a function in it and evaluates it.
 *
 * Training accuracy and loss are the running means of the last epoch, as Keras reports them (dropout on, weights
 * changing), because another pass over the training data would cost a third of an epoch. Validation and test are
 * evaluated once, after the last epoch. A loss that is not finite ends the training: that is a result, whose losses are
 * null and whose accuracies are what they are. On one backend and machine the same seed gives the same bits; tensors
 * made here are gone when it returns.
 * @throws AquasurfError TASK_INVALID (model or data do not fit, no probabilities for the cross-entropy), FAILED when `shouldStop` says so
 */
export async function trainFunction(
  options: TrainFunctionOptions,
): Promise<{ result: TrialResult; history: EpochRecord[] }> {
  const { tf, task, data, fn, operators, seed } = options;
  checkData(task.name, data);
  const started = performance.now();
  const model = buildSeededModel({ tf, task, fn, operators, seed });
  try {
    checkModelFitsData(task.name, model, data);
    freeDropoutSeeds(model);
    const objective = createObjective(tf, model, taskLoss(tf, task), task.name);
    const history = await runEpochs(options, model, objective);

    const batchSize = task.training?.evaluationBatchSize ?? task.training?.batchSize ?? BATCH_SIZE;
    const onBatch = () => options.onProgress?.(1);
    const validation = await evaluateModel(tf, objective, data, data.validation, batchSize, onBatch);
    const test = await evaluateModel(tf, objective, data, data.test, batchSize, onBatch);
    const last = history.at(-1)!;
    last.valLoss = finiteOrNull(validation.loss);
    last.valAcc = validation.accuracy;
    options.onEpoch?.(last);
    const diverged = last.trainLoss === null;
    const loss = (value: number) => (diverged ? null : finiteOrNull(value));
    const result: TrialResult = {
      valAcc: validation.accuracy,
      valLoss: loss(validation.loss),
      testAcc: test.accuracy,
      testLoss: loss(test.loss),
      trainAcc: last.trainAcc ?? null,
      trainLoss: last.trainLoss ?? null,
      runtime: (performance.now() - started) / 1000,
    };
    return { result, history };
  } finally {
    model.dispose();
  }
}

async function runEpochs(
  options: TrainFunctionOptions,
  model: tfjs.LayersModel,
  objective: Objective,
): Promise<EpochRecord[]> {
  const { tf, task, data, seed, onEpoch, onProgress, shouldStop } = options;
  const recipe = task.training ?? {};
  const epochs = recipe.epochs ?? EPOCHS;
  const batchSize = recipe.batchSize ?? BATCH_SIZE;
  const steps = epochs * Math.ceil(data.train.rows / batchSize);
  const order = new SeededRandom(`order ${seed}`);
  const noise = new SeededRandom(`noise ${seed}`);
  const optimizer = createOptimizer(tf, recipe);
  const schedule = learningRateSchedule(optimizer, recipe);
  const history: EpochRecord[] = [];
  let step = 0;
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const metrics = new RunningMetrics(tf);
      let diverged = false;
      try {
        for (const rows of inBatches(order.shuffle(allRows(data.train.rows)), batchSize)) {
          if (shouldStop?.()) throw new AquasurfError('FAILED', `the training of ${options.fn} was stopped`);
          schedule(step / steps);
          const looks = looksForDivergence(step + 1);
          tf.tidy(() => {
            const batch = batchTensors(tf, data, data.train, rows);
            const options = { tf, model, objective, optimizer, batch, metrics, checkScores: looks };
            withSeededMathRandom(noise, () => trainingStep(options));
          });
          step++;
          onProgress?.(step / steps);
          if (looks) diverged = Number.isNaN((await metrics.read()).loss);
          if (diverged) break;
          // Lets messages to this process in: TensorFlow's operations block it.
          await yieldToEvents();
        }
        const { loss, accuracy } = await metrics.read();
        diverged = Number.isNaN(loss);
        history.push({ epoch, trainLoss: finiteOrNull(loss), trainAcc: accuracy });
      } finally {
        metrics.dispose();
      }
      if (diverged) break;
      if (epoch < epochs) onEpoch?.(history.at(-1)!);
    }
    return history;
  } finally {
    optimizer.dispose();
  }
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/**
 * tfjs's dropout with a seed repeats one mask at every step (its generator is made anew each time); without one it draws
 * from Math.random, which is seeded during a step. So a seed that the builder gave is taken away. The model is ours.
 */
function freeDropoutSeeds(model: tfjs.LayersModel): void {
  for (const layer of model.layers) {
    if (layer.getClassName().endsWith('Dropout')) Object.assign(layer, { seed: undefined });
    if ('layers' in layer) freeDropoutSeeds(layer as unknown as tfjs.LayersModel);
  }
}
