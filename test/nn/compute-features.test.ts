import { beforeAll, describe, expect, test } from 'vitest';
import { unpackCdf } from '../../src/domain/features/spectrum.js';
import type { Tf } from '../../src/domain/operators/types.js';
import { EigenvaluePool } from '../../src/kernels/eigenvalue-pool.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { computeFisherFeatures, FeatureComputer } from '../../src/nn/fisher/compute-features.js';
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

describe('FeatureComputer', () => {
  const functions = ['swish(x)', 'erf(x)', 'exp(exp(exp(exp(x))))', 'swish(x)'];
  const fresh = async (fn: string, task = tinyTask()) => {
    const computed = await computeFisherFeatures({ tf, task, data, fn, settings });
    return computed.defined ? [...computed.features] : computed.reason.replace(/"[^"]*"/, '');
  };
  const inTurn = async (computer: FeatureComputer) => {
    const found: unknown[] = [];
    for (const fn of functions) {
      const computed = await computer.compute(fn);
      found.push(computed.defined ? [...computed.features] : computed.reason.replace(/"[^"]*"/, ''));
    }
    return found;
  };

  test('gives for one function after another what each has alone, and leaves no tensors behind', async () => {
    const alone: unknown[] = [];
    for (const fn of functions) alone.push(await fresh(fn));
    const before = tf.memory().numTensors;
    const computer = new FeatureComputer({ tf, task: tinyTask(), data, settings });
    expect(await inTurn(computer)).toEqual(alone);
    computer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  test('builds the model once, but anew where its builder runs the function', async () => {
    let built = 0;
    const counting = (fit: boolean) =>
      tinyTask({
        buildModel: (context) => {
          built++;
          const model = tinyTask().buildModel!(context);
          // A scale that depends on the function, as data-dependent initialisations have.
          if (fit) {
            const output = model.predict(tf.ones([1, 6, 6, 1])) as ReturnType<Tf['tensor']>;
            const dense = model.layers.find(({ name }) => name.startsWith('dense'))!;
            dense.setWeights(dense.getWeights().map((weight) => tf.mul(weight, tf.add(1, tf.max(output)))));
          }
          return model;
        },
      });
    const computer = new FeatureComputer({ tf, task: counting(false), data, settings });
    await inTurn(computer);
    expect(built).toBe(1);
    computer.dispose();
    built = 0;
    const fitting = new FeatureComputer({ tf, task: counting(true), data, settings });
    const found = await inTurn(fitting);
    expect(built).toBe(functions.length);
    fitting.dispose();
    const alone: unknown[] = [];
    for (const fn of functions) alone.push(await fresh(fn, counting(true)));
    expect(found).toEqual(alone);
  });

  test('gives the same bits with threads for the eigenvalues', async () => {
    const pool = new EigenvaluePool(2);
    const computer = new FeatureComputer({ tf, task: tinyTask(), data, settings, solve: (m, n) => pool.solve(m, n) });
    const plain = new FeatureComputer({ tf, task: tinyTask(), data, settings });
    expect(await inTurn(computer)).toEqual(await inTurn(plain));
    for (const each of [computer, plain]) each.dispose();
    await pool.close();
  });

  test('names what it leaves out once', async () => {
    const reports: string[][] = [];
    const task = tinyTask({
      buildModel: ({ activation }) =>
        tf.sequential({
          layers: [
            tf.layers.conv2d({ inputShape: [6, 6, 1], filters: 2, kernelSize: 3 }),
            tf.layers.batchNormalization({ name: 'norm' }),
            activation(),
            tf.layers.flatten(),
            tf.layers.dense({ units: 3 }),
            tf.layers.softmax(),
          ],
        }),
    });
    const computer = new FeatureComputer({ tf, task, data, settings, onIgnored: (layers) => reports.push(layers) });
    await inTurn(computer);
    expect(reports).toEqual([['norm']]);
    computer.dispose();
  });
});
