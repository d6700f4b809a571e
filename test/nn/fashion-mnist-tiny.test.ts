import { beforeAll, describe, expect, test } from 'vitest';
import type { Tf } from '../../src/domain/operators/types.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { createActivationFunction } from '../../src/nn/activation-function.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { standardize } from '../../src/nn/data/standardize.js';
import { computeFisherFeatures } from '../../src/nn/fisher/compute-features.js';
import { deepDense } from '../../src/nn/models/deep-dense.js';
import { buildSeededModel } from '../../src/nn/seeded-weights.js';
import type { DataSet, Split } from '../../src/nn/task.js';
import { fashionMnistTiny } from '../../src/nn/tasks/fashion-mnist-tiny.js';
import { trainFunction } from '../../src/nn/train.js';

let tf: Tf;
beforeAll(async () => {
  tf = (await loadBackend('auto')).tf;
});

/** Images of ten classes that differ in which rows are bright. */
function images(rows: number, seed: string): Split {
  const random = new SeededRandom(seed);
  const labels = Int32Array.from({ length: rows }, () => random.integer(10));
  const inputs = new Float32Array(rows * 784);
  for (const [row, label] of labels.entries()) {
    for (let i = 0; i < 784; i++) inputs[row * 784 + i] = random.next() + (Math.floor(i / 56) === label ? 1 : 0);
  }
  return { inputs, labels, rows };
}
const data = (): DataSet => ({
  inputShape: [28, 28, 1],
  classes: 10,
  train: images(1024, 'train'),
  validation: images(200, 'validation'),
  test: images(200, 'test'),
});

describe('fashion-mnist/tiny', () => {
  test('has twelve hidden layers, 96,650 weights, and 946 Fisher features', async () => {
    const model = buildSeededModel({ tf, task: fashionMnistTiny, fn: 'tanh(x)', seed: 0 });
    expect(model.countParams()).toBe(784 * 64 + 64 + 11 * (64 * 64 + 64) + 64 * 10 + 10);
    expect(model.layers.filter((layer) => layer.getClassName() === 'ActivationFunction')).toHaveLength(12);
    model.dispose();
    const settings = { seed: 42, batchSize: 100, floor: 1e-6 };
    const fisher = await computeFisherFeatures({
      tf,
      task: fashionMnistTiny,
      data: standardize(data()),
      fn: 'tanh(x)',
      settings,
    });
    expect(fisher).toMatchObject({ defined: true, features: { length: 501 + 11 * 40 + 5 } });
  });

  test('learns what it is shown with a function that suits it, and not with one that does not', async () => {
    const accuracy = async (fn: string) => {
      const options = { tf, task: fashionMnistTiny, data: standardize(data()), fn, seed: 0 };
      return (await trainFunction(options)).result.valAcc;
    };
    expect(await accuracy('elu(x)')).toBeGreaterThan(0.5);
    expect(await accuracy('sigmoid(x)')).toBeLessThan(0.3);
  });

  test('its network can have other numbers of classes', () => {
    const model = deepDense({ tf, activation: () => createActivationFunction(tf, { fn: 'elu(x)' }) }, 3);
    expect(model.outputs[0]!.shape).toEqual([null, 3]);
    model.dispose();
  });
});

describe('standardize', () => {
  test('gives the training inputs mean 0 and variance 1 and moves the others alike', () => {
    const before = data();
    const after = standardize(before);
    const moments = ({ inputs }: Split) => {
      const mean = inputs.reduce((sum, value) => sum + value, 0) / inputs.length;
      return [mean, inputs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / inputs.length] as const;
    };
    expect(moments(after.train)[0]).toBeCloseTo(0, 4);
    expect(moments(after.train)[1]).toBeCloseTo(1, 4);
    const slope = (i: number) =>
      (after.test.inputs[i]! - after.test.inputs[0]!) / (before.test.inputs[i]! - before.test.inputs[0]!);
    expect(slope(1)).toBeCloseTo(1 / Math.sqrt(moments(before.train)[1]), 3);
    expect(slope(500)).toBeCloseTo(slope(1), 3);
    expect(after.validation.labels).toEqual(before.validation.labels);
  });

  test('leaves constant inputs finite', () => {
    const split = { inputs: new Float32Array(4).fill(3), labels: Int32Array.of(0), rows: 1 };
    const constant = { inputShape: [4], classes: 2, train: split, validation: split, test: split };
    expect([...standardize(constant).train.inputs]).toEqual([0, 0, 0, 0]);
  });
});
