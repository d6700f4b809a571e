import { beforeAll, describe, expect, test } from 'vitest';
import type { Tf } from '../../src/domain/operators/types.js';
import { unpackCdf } from '../../src/domain/spectrum.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { computeFisherFeatures } from '../../src/nn/fisher/compute-features.js';
import { smallCnn } from '../../src/nn/models/small-cnn.js';
import { buildSeededModel } from '../../src/nn/seeded-weights.js';
import { taskLayers } from '../../src/nn/task-layers.js';
import { tinyData, tinyTask } from '../support/tiny-task.js';

let tf: Tf;
beforeAll(async () => {
  tf = (await loadBackend('auto')).tf;
});

const data = tinyData();
const settings = { seed: 42, batchSize: 20, floor: 1e-6 };
const compute = (fn: string) => computeFisherFeatures({ tf, task: tinyTask(), data, fn, settings });

describe('computeFisherFeatures', () => {
  test('gives the cumulative histogram of each layer, packed', async () => {
    const computed = await compute('swish(x)');
    if (!computed.defined) throw new Error(computed.reason);
    const features = unpackCdf(computed.features);
    // 40, 444 and 39 weights: 3, 4 and 3 edges.
    expect(features).toHaveLength(2 + 3 + 2);
    for (const [from, to] of [
      [0, 2],
      [2, 5],
      [5, 7],
    ] as const) {
      const layer = [...features.slice(from, to)];
      expect(layer).toEqual([...layer].sort((a, b) => a - b));
      expect(layer.at(-1)).toBe(1);
    }
    expect(computed.seconds).toBeGreaterThan(0);
  });

  test('depends on seed and batch, not on the call', async () => {
    // 3,700 and 303 weights: bins fine enough to tell spectra apart.
    const wide = tinyTask({
      buildModel: ({ tf, activation }) =>
        tf.sequential({
          layers: [
            tf.layers.flatten({ inputShape: [6, 6, 1] }),
            tf.layers.dense({ units: 100 }),
            activation(),
            tf.layers.dense({ units: 3 }),
            tf.layers.softmax(),
          ],
        }),
    });
    const features = async (changes = {}) => {
      const options = { tf, task: wide, data, fn: 'swish(x)', settings: { ...settings, ...changes } };
      const computed = await computeFisherFeatures(options);
      return computed.defined ? [...computed.features] : [];
    };
    const first = await features();
    expect(await features()).toEqual(first);
    expect(await features({ seed: 43 })).not.toEqual(first);
    expect(await features({ batchSize: 5 })).not.toEqual(first);
  });

  test.each([
    ['zero(x)', /no Fisher eigenvalue/],
    ['exp(exp(exp(exp(x))))', /not finite/],
  ])('%s has none, with the reason', async (fn, reason) => {
    expect(await compute(fn)).toMatchObject({ defined: false, reason: expect.stringMatching(reason) });
  });

  test('leaves no tensors behind, refused models included', async () => {
    const depthwise = tinyTask({
      buildModel: ({ tf, activation }) =>
        tf.sequential({
          layers: [
            tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, inputShape: [6, 6, 1], name: 'dw' }),
            activation(),
            tf.layers.flatten(),
            tf.layers.dense({ units: 3 }),
          ],
        }),
    });
    const before = tf.memory().numTensors;
    await compute('tanh(x)');
    await compute('exp(exp(exp(exp(x))))');
    const refused = computeFisherFeatures({ tf, task: depthwise, data, fn: 'tanh(x)', settings });
    await expect(refused).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringContaining('"dw"'),
    });
    expect(tf.memory().numTensors).toBe(before);
  });
});

test('small-cnn has the layers and weights of the design', () => {
  const task = tinyTask({ buildModel: (context) => smallCnn(context) });
  const model = buildSeededModel({ tf, task, fn: 'relu(x)', seed: 1 });
  const layers = taskLayers(model);
  expect(layers.filter(({ weights }) => weights > 0).map(({ kind, shape, weights }) => [kind, shape, weights])).toEqual(
    [
      ['Conv2D', [28, 28, 16], 160],
      ['Conv2D', [14, 14, 32], 4640],
      ['Dense', [64], 100_416],
      ['Dense', [10], 650],
    ],
  );
  expect(layers.filter(({ kind }) => kind === 'ActivationFunction')).toHaveLength(3);
  model.dispose();
});
