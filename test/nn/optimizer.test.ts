import { beforeAll, describe, expect, test } from 'vitest';
import type { Tf } from '../../src/domain/operators/types.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { allRows, batchTensors } from '../../src/nn/batches.js';
import { createObjective } from '../../src/nn/objective.js';
import { RunningMetrics } from '../../src/nn/running-metrics.js';
import { buildSeededModel, withSeededMathRandom } from '../../src/nn/seeded-weights.js';
import type { TrainingRecipe } from '../../src/nn/task.js';
import { parseTask } from '../../src/nn/tasks/task-schema.js';
import { trainFunction } from '../../src/nn/train.js';
import { createOptimizer, learningRateSchedule, type StepOptimizer, trainingStep } from '../../src/nn/training-step.js';
import { tinyData, tinyTask } from '../support/tiny-task.js';

let tf: Tf;
beforeAll(async () => {
  tf = (await loadBackend('auto')).tf;
});
const data = tinyData();

/** All weights of a network after some steps, and the tensors that these left behind. */
function weightsAfter(steps: number, optimizer: StepOptimizer, schedule: (done: number) => void = () => {}) {
  const model = buildSeededModel({ tf, task: tinyTask(), fn: 'swish(x)', seed: 3 });
  const objective = createObjective(tf, model, 'categoricalCrossentropy');
  const metrics = new RunningMetrics(tf);
  const dropout = new SeededRandom('dropout');
  let tensors = 0;
  for (let step = 0; step < steps; step++) {
    schedule(step / steps);
    const rows = allRows(32).map((row) => row + step);
    tf.tidy(() => {
      const batch = batchTensors(tf, data, data.train, rows);
      withSeededMathRandom(dropout, () => trainingStep({ tf, model, objective, optimizer, batch, metrics }));
    });
    if (step === 0) tensors = tf.memory().numTensors;
  }
  const left = tf.memory().numTensors - tensors;
  const weights = model.getWeights().flatMap((weight) => [...weight.dataSync()]);
  metrics.dispose();
  optimizer.dispose();
  model.dispose();
  return { weights, left };
}

describe('Adam on all weights at once', () => {
  test("gives the bits of tfjs's own, step after step, and leaves no tensors behind", () => {
    for (const steps of [1, 2, 30]) {
      const { weights } = weightsAfter(steps, tf.train.adam(0.01));
      expect(weightsAfter(steps, createOptimizer(tf, { learningRate: 0.01 }))).toEqual({ weights, left: 0 });
    }
    const before = tf.memory().numTensors;
    weightsAfter(3, createOptimizer(tf, {}));
    expect(tf.memory().numTensors).toBe(before);
  });

  test('trains a network of which nothing depends on the weights', async () => {
    const { result } = await trainFunction({ tf, task: tinyTask(), data, fn: 'zero(x)', seed: 1 });
    expect(result.valLoss).toBeCloseTo(Math.log(3), 1);
  });
});

describe('the decay of the learning rate', () => {
  const rates = (recipe: TrainingRecipe, optimizer = createOptimizer(tf, recipe)) => {
    const schedule = learningRateSchedule(optimizer, recipe);
    return [0, 0.25, 0.5, 0.75].map((done) => {
      schedule(done);
      return (optimizer as unknown as { learningRate: number }).learningRate;
    });
  };
  const close = (values: number[], expected: number[]) => {
    for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[i]!, 10);
  };

  test('goes from the given rate to 0, linear or as a cosine, for every optimizer', () => {
    for (const optimizer of ['adam', 'sgd', 'rmsprop'] as const) {
      close(rates({ optimizer, learningRate: 0.4 }), [0.4, 0.4, 0.4, 0.4]);
      close(rates({ optimizer, learningRate: 0.4, learningRateDecay: 'linear' }), [0.4, 0.3, 0.2, 0.1]);
    }
    const half = Math.SQRT1_2 / 2;
    close(rates({ learningRateDecay: 'cosine' }), [0.001, 0.001 * (0.5 + half), 0.0005, 0.001 * (0.5 - half)]);
    close(rates({ learningRateDecay: 'linear' }, tf.train.adagrad(0.8)), [0.8, 0.6, 0.4, 0.2]);
  });

  test('reaches the weights: sgd at half the rate moves them half as far', () => {
    const moved = (rate: number, done: number) => {
      const recipe = { optimizer: 'sgd', learningRate: rate, learningRateDecay: 'linear' } as const;
      const optimizer = createOptimizer(tf, recipe);
      const schedule = learningRateSchedule(optimizer, recipe);
      return weightsAfter(1, optimizer, () => schedule(done)).weights;
    };
    expect(moved(0.4, 0.5)).toEqual(moved(0.2, 0));
    expect(moved(0.4, 0)).not.toEqual(moved(0.2, 0));
  });

  test('is refused for an optimizer that has no rate, and under a name that is none', () => {
    const without: StepOptimizer = { applyGradients: () => {}, dispose: () => {} };
    expect(() => learningRateSchedule(without, { learningRateDecay: 'linear' })).toThrow(/no learningRate/);
    const task = { ...tinyTask(), training: { learningRateDecay: 'exponential' } };
    expect(() => parseTask(task, 'here.ts')).toThrow(/training.learningRateDecay/);
  });

  test('is part of a training; how many examples are evaluated at once is not', async () => {
    const train = async (training: TrainingRecipe) =>
      (await trainFunction({ tf, task: tinyTask({ training }), data, fn: 'tanh(x)', seed: 1 })).result.valLoss;
    const recipe = { epochs: 2, batchSize: 32, learningRate: 0.01 };
    const plain = await train(recipe);
    expect(await train({ ...recipe, learningRateDecay: 'linear' })).not.toBe(plain);
    expect(await train({ ...recipe, evaluationBatchSize: 90 })).toBeCloseTo(plain!, 5);
  });
});
