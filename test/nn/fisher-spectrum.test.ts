import type * as tfjs from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Tf } from '../../src/domain/operators/types.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { ActivationFunction } from '../../src/nn/activation-function.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import type { Conv2DLayer } from '../../src/nn/fisher/counted-layers.js';
import { factorEigenvalues } from '../../src/nn/fisher/factor-eigenvalues.js';
import { fisherSpectrum } from '../../src/nn/fisher/fisher-spectrum.js';
import { denseRows, patchRows } from '../../src/nn/fisher/row-source.js';
import { bruteForceFactors, jacobiEigenvalues, type Spec, type Weights } from '../support/brute-force-kfac.js';

let tf: Tf;
beforeAll(async () => {
  tf = (await loadBackend('auto')).tf;
});

const BATCH = 3;

/** The network of the specs in tfjs and for the brute force, with the same random weights, inputs and labels. */
function bothForms(specs: Spec[], inputShape: number[], classes: number) {
  const random = new SeededRandom('brute force');
  const input = tf.input({ shape: inputShape });
  let x: tfjs.SymbolicTensor = input;
  for (const spec of specs) x = toLayer(spec).apply(x) as tfjs.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: tf.layers.softmax({ axis: -1 }).apply(x) as tfjs.SymbolicTensor });
  const weights: Weights = {};
  for (const spec of specs) {
    if (!('name' in spec)) continue;
    const layer = model.getLayer(spec.name);
    const values = layer.weights.map(({ shape }) =>
      Array.from({ length: (shape as number[]).reduce((a, b) => a * b, 1) }, () => Math.fround(0.5 * random.normal())),
    );
    tf.tidy(() => layer.setWeights(values.map((v, i) => tf.tensor(v, layer.weights[i]!.shape as number[]))));
    weights[spec.name] = { kernel: values[0]!, bias: values[1] };
  }
  const size = inputShape.reduce((a, b) => a * b, 1);
  const inputs = Array.from({ length: BATCH }, () => Array.from({ length: size }, () => Math.fround(random.normal())));
  const labels = Array.from({ length: BATCH }, () => random.integer(classes));
  return { model, weights, inputs, labels, inputTensor: tf.tensor(inputs.flat(), [BATCH, ...inputShape]) };
}

function toLayer(spec: Spec): tfjs.layers.Layer {
  if (spec.kind === 'tanh') return ActivationFunction({ fn: 'tanh(x)' });
  if (spec.kind === 'flatten') return tf.layers.flatten();
  const { name, bias: useBias } = spec;
  if (spec.kind === 'dense') return tf.layers.dense({ units: spec.units, useBias, name });
  const { filters, k: kernelSize, stride: strides, padding } = spec;
  return tf.layers.conv2d({ filters, kernelSize, strides, padding, useBias, name });
}

const networks: Array<[string, Spec[], number[]]> = [
  [
    'convolutions with odd and even kernels, strides and both paddings',
    [
      { kind: 'conv', name: 'c1', filters: 3, k: 3, stride: 2, padding: 'same', bias: true },
      { kind: 'tanh' },
      { kind: 'conv', name: 'c2', filters: 2, k: 2, stride: 1, padding: 'same', bias: false },
      { kind: 'tanh' },
      { kind: 'conv', name: 'c3', filters: 3, k: 2, stride: 1, padding: 'valid', bias: true },
      { kind: 'flatten' },
      { kind: 'dense', name: 'd', units: 3, bias: true },
    ],
    [6, 5, 2],
  ],
  [
    'a dense layer on tokens, whose rows are the positions',
    [
      { kind: 'dense', name: 't', units: 3, bias: true },
      { kind: 'tanh' },
      { kind: 'flatten' },
      { kind: 'dense', name: 'd', units: 3, bias: false },
    ],
    [4, 5],
  ],
];

describe('eigenvalues are those of K-FAC by plain loops', () => {
  test.each(networks)('%s', async (_, specs, inputShape) => {
    const classes = (specs.at(-1) as { units: number }).units;
    const { model, weights, inputs, labels, inputTensor } = bothForms(specs, inputShape, classes);
    const spectra = await fisherSpectrum(model, { inputs: inputTensor, labels: Int32Array.from(labels) });
    const factors = bruteForceFactors(specs, weights, inputs, inputShape, labels);
    expect(spectra.map(({ layer }) => layer)).toEqual(factors.map(({ name }) => name));
    for (const [i, { name, input, gradient }] of factors.entries()) {
      expectClose(spectra[i]!.inputEigenvalues, jacobiEigenvalues(input), `inputs of ${name}`);
      expectClose(spectra[i]!.gradientEigenvalues, jacobiEigenvalues(gradient), `gradients of ${name}`);
    }
    inputTensor.dispose();
    model.dispose();
  });
});

function expectClose(found: Float64Array, wanted: number[], what: string): void {
  expect(found, what).toHaveLength(wanted.length);
  const largest = wanted.at(-1)!;
  for (const [i, value] of wanted.entries()) {
    expect(Math.abs(found[i]! - value), `${what}, eigenvalue ${i}`).toBeLessThan(
      1e-4 * Math.abs(value) + 1e-6 * largest,
    );
  }
}

describe('factorEigenvalues', () => {
  const rows = (count: number, columns: number, scale: number) => {
    const random = new SeededRandom(7);
    return Array.from({ length: count }, () =>
      Array.from({ length: columns }, () => Math.fround(scale * random.normal())),
    );
  };
  const bruteForce = (values: number[][]) => {
    const bar = values.map((row) => [1, ...row]);
    return jacobiEigenvalues(
      bar[0]!.map((_, i) => bar[0]!.map((_, j) => bar.reduce((s, r) => s + r[i]! * r[j]!, 0) / 2)),
    );
  };

  test.each([
    ['more rows than columns', 12, 5],
    ['fewer rows than columns: from the Gram matrix, filled up with zeros', 4, 9],
    ['several pieces of rows', 9000, 3],
  ])('%s', async (_, count, columns) => {
    const values = rows(count, columns, 1);
    const tensor = tf.tensor2d(values);
    const found = await factorEigenvalues(tf, denseRows(tf, tensor), { homogeneous: true, divisor: 2 });
    expectClose(found, bruteForce(values), 'factor');
    tensor.dispose();
  });

  test.each([1000, 24, 7])('patches in pieces of about %d rows give the same factor', async (pieceRows) => {
    const images = tf.tensor4d(rows(4, 6 * 7 * 2, 1).flat(), [4, 6, 7, 2]);
    const layer = { kernelSize: 3, stride: 1, padding: 'same' } as Conv2DLayer;
    const options = { homogeneous: true, divisor: 4 };
    const source = patchRows(tf, images, layer, false, pieceRows);
    expect(source.pieces).toHaveLength({ 1000: 1, 24: 8, 7: 24 }[pieceRows]!);
    const whole = await factorEigenvalues(tf, patchRows(tf, images, layer, false), options);
    expectClose(await factorEigenvalues(tf, source, options), [...whole], 'factor');
    images.dispose();
  });

  test.each([1e-30, 1e25])('entries of magnitude %d neither vanish nor overflow', async (scale) => {
    const tensor = tf.tensor2d(rows(12, 5, scale));
    const found = await factorEigenvalues(tf, denseRows(tf, tensor), { homogeneous: false, divisor: 1 });
    const plain = tf.tensor2d(rows(12, 5, 1));
    const wanted = await factorEigenvalues(tf, denseRows(tf, plain), { homogeneous: false, divisor: 1 });
    for (const [i, value] of wanted.entries()) expect(found[i]! / scale ** 2 / value).toBeCloseTo(1, 4);
    tf.dispose([tensor, plain]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('an entry %d makes all eigenvalues NaN', async (bad) => {
    const tensor = tf.tensor2d([
      [1, 2],
      [3, bad],
    ]);
    const found = await factorEigenvalues(tf, denseRows(tf, tensor), { homogeneous: true, divisor: 1 });
    expect([...found]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    tensor.dispose();
  });
});

describe('fisherSpectrum', () => {
  const small = (fn: string) => {
    const { layers } = tf;
    return tf.sequential({
      layers: [
        layers.dense({
          units: 4,
          inputShape: [3],
          name: 'first',
          kernelInitializer: tf.initializers.heNormal({ seed: 1 }),
        }),
        ActivationFunction({ fn }),
        layers.dropout({ rate: 0.5 }),
        layers.dense({ units: 2, name: 'second', kernelInitializer: tf.initializers.heNormal({ seed: 2 }) }),
        layers.activation({ activation: 'softmax' }),
      ],
    });
  };
  const inputs = () =>
    tf.tensor2d([
      [1, 2, 3],
      [-1, 0, 2],
      [0, 1, -1],
    ]);

  test('leaves model and memory as they were, and takes labels in every form', async () => {
    const model = small('tanh(x)');
    const x = inputs();
    const oneHot = tf.tensor2d([
      [1, 0],
      [0, 1],
      [0, 1],
    ]);
    const before = { tensors: tf.memory().numTensors, call: model.layers.map((layer) => layer.call) };
    const indices = await fisherSpectrum(model, { inputs: x, labels: Int32Array.of(0, 1, 1) });
    const hot = await fisherSpectrum(model, { inputs: x, labels: oneHot });
    expect(hot).toEqual(indices);
    expect(tf.memory().numTensors).toBe(before.tensors);
    expect(model.layers.map((layer) => layer.call)).toEqual(before.call);
    tf.dispose([x, oneHot]);
    model.dispose();
  });

  test('gives each layer its number of weights, biases included', async () => {
    const model = small('relu(x)');
    const x = inputs();
    const spectra = await fisherSpectrum(model, { inputs: x, labels: Int32Array.of(0, 1, 1) });
    expect(spectra.map(({ layer, weights }) => [layer, weights])).toEqual([
      ['first', 16],
      ['second', 10],
    ]);
    expect(spectra.map((s) => [s.inputEigenvalues.length, s.gradientEigenvalues.length])).toEqual([
      [4, 4],
      [5, 2],
    ]);
    x.dispose();
    model.dispose();
  });

  test('a loss of one’s own equal to the cross-entropy gives the same spectrum', async () => {
    const model = small('tanh(x)');
    const x = inputs();
    const labels = Int32Array.of(0, 1, 1);
    const built = await fisherSpectrum(model, { inputs: x, labels });
    const own = await fisherSpectrum(model, {
      inputs: x,
      labels,
      loss: (y, p) => tf.neg(tf.mean(tf.sum(tf.mul(y, tf.log(p)), -1))),
    });
    for (const [i, layer] of built.entries()) {
      expectClose(own[i]!.gradientEigenvalues, [...layer.gradientEigenvalues], layer.layer);
    }
    x.dispose();
    model.dispose();
  });

  test('a layer that the loss does not depend on has the gradient factor 0', async () => {
    const model = small('zero(x)');
    const x = inputs();
    const [first, second] = await fisherSpectrum(model, { inputs: x, labels: Int32Array.of(0, 1, 1) });
    expect([...first!.gradientEigenvalues]).toEqual([0, 0, 0, 0]);
    expect(second!.gradientEigenvalues[1]).toBeGreaterThan(0);
    x.dispose();
    model.dispose();
  });

  test('other layers with weights are reported once and left out', async () => {
    const { layers } = tf;
    const model = tf.sequential({
      layers: [
        layers.dense({ units: 4, inputShape: [3], name: 'first' }),
        layers.batchNormalization({ name: 'norm' }),
        layers.dense({ units: 2, name: 'second' }),
        layers.softmax({ axis: -1 }),
      ],
    });
    const x = inputs();
    const reports: string[][] = [];
    const spectra = await fisherSpectrum(model, {
      inputs: x,
      labels: Int32Array.of(0, 1, 1),
      onIgnored: (names) => reports.push(names),
    });
    expect(reports).toEqual([['norm']]);
    expect(spectra.map(({ layer }) => layer)).toEqual(['first', 'second']);
    x.dispose();
    model.dispose();
  });
});

describe('models that cannot be done are refused before any work, naming the layer and the mend', () => {
  type Layers = Tf['layers'];
  const image = [6, 6, 2];
  const cases: Array<[string, (layers: Layers) => tfjs.layers.Layer[], RegExp]> = [
    [
      'kernel not square',
      (l) => [l.conv2d({ name: 'bad', filters: 1, kernelSize: [3, 2], inputShape: image })],
      /"bad".*3×2.*square/,
    ],
    [
      'strides differ',
      (l) => [l.conv2d({ name: 'bad', filters: 1, kernelSize: 3, strides: [1, 2], inputShape: image })],
      /"bad".*1×2.*same stride/,
    ],
    [
      'channels first',
      (l) => [l.conv2d({ name: 'bad', filters: 1, kernelSize: 3, dataFormat: 'channelsFirst', inputShape: image })],
      /"bad".*channelsLast/,
    ],
    [
      'dilated',
      (l) => [l.conv2d({ name: 'bad', filters: 1, kernelSize: 3, dilationRate: 2, inputShape: image })],
      /"bad".*dilat/,
    ],
    [
      'activation inside',
      (l) => [l.conv2d({ name: 'bad', filters: 1, kernelSize: 3, activation: 'relu', inputShape: image })],
      /"bad".*"relu".*tf\.layers\.activation/,
    ],
    [
      'depthwise',
      (l) => [l.depthwiseConv2d({ name: 'bad', kernelSize: 3, inputShape: image })],
      /"bad".*DepthwiseConv2D/,
    ],
    [
      'nested model',
      (l) => [
        l.flatten({ inputShape: image }),
        tf.sequential({ name: 'bad', layers: [l.dense({ units: 2, inputShape: [72] })] }),
      ],
      /"bad".*one by one/,
    ],
    ['nothing that counts', (l) => [l.flatten({ inputShape: image })], /no Conv2D and no Dense/],
  ];
  test.each(cases)('%s', async (_, body, message) => {
    const model = tf.sequential({ layers: body(tf.layers) });
    const x = tf.zeros([1, ...image]);
    await expect(fisherSpectrum(model, { inputs: x, labels: Int32Array.of(0) })).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringMatching(message),
    });
    x.dispose();
    model.dispose();
  });

  test('weights used twice', async () => {
    const input = tf.input({ shape: [3] });
    const shared = tf.layers.dense({ units: 3, name: 'shared' });
    const output = shared.apply(shared.apply(input)) as tfjs.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs: output });
    const x = tf.zeros([1, 3]);
    await expect(fisherSpectrum(model, { inputs: x, labels: Int32Array.of(0) })).rejects.toThrow(/"shared".*2 times/);
    x.dispose();
  });
});
