import type * as tfjs from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Tf } from '../../src/domain/operators/types.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { checkData } from '../../src/nn/check-data.js';
import { checkTask } from '../../src/nn/check-task.js';
import { computeFisherFeatures } from '../../src/nn/fisher/compute-features.js';
import type { BuildContext, DataSet, Split, TaskDefinition } from '../../src/nn/task.js';
import { parseTask } from '../../src/nn/tasks/task-schema.js';
import { trainFunction } from '../../src/nn/train.js';
import { tinyData, tinyTask } from '../support/tiny-task.js';

let tf: Tf;
beforeAll(async () => {
  tf = (await loadBackend('auto')).tf;
});

const data = tinyData();
const settings = { seed: 42, batchSize: 10, floor: 1e-6 };
const invalid = (message: RegExp) => ({ code: 'TASK_INVALID', message: expect.stringMatching(message) });

/** The tiny task with other last layers. */
const ending = (
  last: (layers: Tf['layers'], context: BuildContext) => tfjs.layers.Layer[],
  changes: Partial<TaskDefinition> = {},
) =>
  tinyTask({
    buildModel: (context) =>
      context.tf.sequential({
        layers: [
          context.tf.layers.flatten({ inputShape: [6, 6, 1] }),
          context.tf.layers.dense({ units: 6 }),
          context.activation(),
          context.tf.layers.dense({ units: 3, name: 'scores' }),
          ...last(context.tf.layers, context),
        ],
      }),
    ...changes,
  });

describe('a network that gives no class probabilities', () => {
  /** Also for Fisher features, where dropout is off and nothing is trained. */
  const unfit: Array<[string, Parameters<typeof ending>[0]]> = [
    ['a dense layer', () => []],
    ['a reshape', (l) => [l.reshape({ targetShape: [3] })]],
    ['a linear activation', (l) => [l.activation({ activation: 'linear' })]],
    ['tanh', (l) => [l.activation({ activation: 'tanh' })]],
    ['sigmoids', (l) => [l.activation({ activation: 'sigmoid' })]],
    ['the function under search', (_, { activation }) => [activation()]],
    ['pooling', (l) => [l.reshape({ targetShape: [1, 3] }), l.globalAveragePooling1d({})]],
    [
      'scaled probabilities',
      (l) => [l.softmax(), l.dense({ units: 3, kernelInitializer: tf.initializers.identity({ gain: 1.01 }) })],
    ],
    ['normalised probabilities', (l) => [l.softmax(), l.batchNormalization({})]],
  ];
  test.each(unfit)('ends in %s: it is refused, for training, Fisher features and at the first try', async (_, last) => {
    const task = ending(last);
    const refusal = invalid(/task tiny: the model ends in layer ".*no class probabilities.*add tf\.layers\.softmax/);
    await expect(trainFunction({ tf, task, data, fn: 'relu(x)', seed: 1 })).rejects.toMatchObject(refusal);
    await expect(computeFisherFeatures({ tf, task, data, fn: 'relu(x)', settings })).rejects.toMatchObject(refusal);
    await expect(checkTask({ tf, task, data })).rejects.toMatchObject(refusal);
  });

  test('ends in a softmax over other dimensions than the last: it is refused', async () => {
    const train = (axis: number | number[]) =>
      trainFunction({ tf, task: ending((l) => [l.softmax({ axis: axis as number })]), data, fn: 'relu(x)', seed: 1 });
    await expect(train(0)).rejects.toMatchObject(invalid(/layer "softmax.*over another dimension than the last/));
    await expect(train([0, 1])).rejects.toMatchObject(invalid(/no class probabilities: row 0 sums to 0\.0/));
    await expect(train([-1])).resolves.toHaveProperty('result');
  });

  test('only while it is trained, by dropout after the softmax: it is refused before a weight changes', async () => {
    const task = ending((l) => [l.softmax(), l.dropout({ rate: 0.1, name: 'drop' })]);
    const refusal = invalid(/ends in layer "drop" \(Dropout\)/);
    await expect(trainFunction({ tf, task, data, fn: 'relu(x)', seed: 1 })).rejects.toMatchObject(refusal);
    await expect(checkTask({ tf, task, data })).rejects.toMatchObject(refusal);
  });

  test('only after training: it is refused instead of rated', async () => {
    const identity = () => ({ units: 3, useBias: false, kernelInitializer: tf.initializers.identity({}) });
    const task = ending((l) => [l.softmax(), l.dense(identity())]);
    await expect(trainFunction({ tf, task, data, fn: 'relu(x)', seed: 1 })).rejects.toMatchObject(
      invalid(/no class probabilities/),
    );
  });

  test('is taken where the task has a loss of its own', async () => {
    const loss = (tf: Tf, y: tfjs.Tensor, p: tfjs.Tensor) => tf.losses.softmaxCrossEntropy(y, p) as tfjs.Scalar;
    const task = ending(() => [], { loss });
    await checkTask({ tf, task, data });
    const { result } = await trainFunction({ tf, task, data, fn: 'relu(x)', seed: 1 });
    expect(result.valAcc).toBeGreaterThan(0.3);
  });

  test.each([
    ['a softmax', (l: Tf['layers']) => [l.softmax()]],
    ['a softmax, reshaped', (l: Tf['layers']) => [l.softmax(), l.reshape({ targetShape: [3] })]],
  ])('is one that ends in %s with a function that makes it NaN: that run diverges', async (_, last) => {
    const task = ending(last);
    await checkTask({ tf, task, data });
    const { result } = await trainFunction({ tf, task, data, fn: 'reciprocal(zero(x))', seed: 1 });
    expect(result).toMatchObject({ trainLoss: null, valLoss: null });
    const features = await computeFisherFeatures({ tf, task, data, fn: 'reciprocal(zero(x))', settings });
    expect(features.defined).toBe(false);
  });
});

describe('a loss of one’s own is refused before any work where it', () => {
  const cases: Array<[string, unknown, RegExp]> = [
    [
      'gives one value for each example',
      (tf: Tf, y: tfjs.Tensor, p: tfjs.Tensor) => tf.sum(tf.squaredDifference(y, p), -1),
      /task tiny: the loss gives a tensor of shape \[32\]; it must give the mean over the batch, a scalar/,
    ],
    ['gives nothing', () => undefined, /the loss gives undefined; .* scalar/],
    ['gives a number', () => 0.5, /the loss gives 0\.5; .* scalar/],
  ];
  test.each(cases)('%s', async (_, loss, message) => {
    const before = tf.memory().numTensors;
    const task = tinyTask({ loss: loss as NonNullable<TaskDefinition['loss']> });
    await expect(trainFunction({ tf, task, data, fn: 'relu(x)', seed: 1 })).rejects.toMatchObject(invalid(message));
    const features = computeFisherFeatures({ tf, task, data, fn: 'relu(x)', settings: { ...settings, batchSize: 32 } });
    await expect(features).rejects.toMatchObject(invalid(message));
    await expect(checkTask({ tf, task, data })).rejects.toMatchObject(invalid(message));
    expect(tf.memory().numTensors).toBe(before);
  });

  test('throws: the first try names the cause', async () => {
    const loss = () => {
      throw new Error('no such loss');
    };
    await expect(checkTask({ tf, task: tinyTask({ loss }), data })).rejects.toMatchObject(
      invalid(/task tiny: the first batch fails: no such loss/),
    );
  });

  test('is not finite for a bounded function', async () => {
    const task = tinyTask({ loss: (tf, _, p) => tf.mean(tf.div(p, 0)) as tfjs.Scalar });
    await expect(checkTask({ tf, task, data })).rejects.toMatchObject(invalid(/loss of the first batch is not finite/));
  });
});

test.each([
  ['no optimizer', () => undefined, /optimizer gives undefined; expected an optimizer/],
  ['a learning rate of NaN', (tf: Tf) => tf.train.sgd(Number.NaN), /learning rate NaN; expected a number above 0/],
  ['a negative one', (tf: Tf) => tf.train.adam(-1), /learning rate -1; expected a number above 0/],
])('a recipe whose own optimizer is %s: TASK_INVALID', async (_, optimizer, message) => {
  const task = tinyTask({ training: { optimizer: optimizer as never } });
  await expect(checkTask({ tf, task, data })).rejects.toMatchObject(invalid(message));
});

test.each([
  ['learningRate', Number.NaN],
  ['learningRate', Infinity],
  ['learningRate', -0.1],
  ['epochs', Infinity],
  ['batchSize', -1],
])('a recipe with %s %s: TASK_INVALID', (option, value) => {
  const wrong = { ...tinyTask(), training: { [option]: value } };
  expect(() => parseTask(wrong, 'mine.ts')).toThrow(expect.objectContaining(invalid(RegExp(`training.${option}`))));
});

describe('data that are not what they say', () => {
  const change = (changes: Partial<Split>): DataSet => ({ ...data, train: { ...data.train, ...changes } });
  const withInput = (at: number, value: number) => {
    const inputs = data.train.inputs.slice();
    inputs[at] = value;
    return change({ inputs });
  };
  const withLabel = (at: number, value: number) => {
    const labels = data.train.labels.slice();
    labels[at] = value;
    return change({ labels });
  };
  const cases: Array<[string, unknown, RegExp]> = [
    ['NaN', withInput(3 * 36 + 5, Number.NaN), /split "train" has an input that is not finite \(NaN in row 3\)/],
    ['infinity', withInput(0, -Infinity), /split "train" has an input that is not finite \(-Infinity in row 0\)/],
    [
      'NaN in the test split',
      { ...data, test: { ...data.train, inputs: withInput(36, Number.NaN).train.inputs } },
      /split "test" .*NaN in row 1/,
    ],
    ['a label that is too large', withLabel(7, 3), /split "train" has the label 3; expected 0 to 2 \(row 7\)/],
    ['a negative label', withLabel(0, -1), /the label -1; expected 0 to 2 \(row 0\)/],
    [
      'labels that are no whole numbers',
      change({ labels: Float32Array.of(0.5) as never }),
      /Float32Array as labels; expected an Int32Array/,
    ],
    ['a list as inputs', change({ inputs: [1] as never }), /Array as inputs; expected a Float32Array/],
    [
      'no rows',
      change({ rows: 0, inputs: new Float32Array(0), labels: new Int32Array(0) }),
      /0 rows; expected 1 or more/,
    ],
    ['inputs of another size', { ...data, inputShape: [6, 5, 1] }, /7200 inputs; expected 200 rows of 30/],
    ['fewer labels', change({ labels: data.train.labels.slice(1) }), /199 labels for 200 rows/],
    ['a split missing', { ...data, validation: undefined }, /split "validation" is missing/],
    ['half a length', { ...data, inputShape: [0.5, 72] }, /inputShape \[0\.5,72\]/],
    ['one class', { ...data, classes: 1 }, /1 classes; expected 2 or more/],
    ['nothing', undefined, /no data set/],
  ];
  test.each(cases)('%s: TASK_INVALID', (_, wrong, message) => {
    expect(() => checkData('mine', wrong as DataSet)).toThrow(expect.objectContaining(invalid(message)));
  });

  test.each([
    ['another shape of inputs', { ...data, inputShape: [36] }, /model's input is \[6, 6, 1\], expected \[36\]/],
    ['more classes', { ...data, classes: 4 }, /model's output is \[3\], expected \[4\]/],
  ])('than the model has, %s: TASK_INVALID', async (_, wrong, message) => {
    const training = trainFunction({ tf, task: tinyTask(), data: wrong, fn: 'relu(x)', seed: 1 });
    await expect(training).rejects.toMatchObject(invalid(message));
  });

  test('a layer that gives another shape than it says: TASK_INVALID', async () => {
    class Doubled extends tf.layers.Layer {
      static className = 'Doubled';
      override call(inputs: tfjs.Tensor | tfjs.Tensor[]): tfjs.Tensor {
        const x = [inputs].flat()[0]!;
        return tf.div(tf.concat([x, x], -1), 2);
      }
    }
    const training = trainFunction({
      tf,
      task: ending((l) => [l.softmax(), new Doubled({})]),
      data,
      fn: 'relu(x)',
      seed: 1,
    });
    await expect(training).rejects.toMatchObject(invalid(/gives \[32,6\] for labels of shape \[32,3\]/));
  });
});
