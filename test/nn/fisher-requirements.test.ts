import type * as tfjs from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Tf } from '../../src/domain/operators/types.js';
import { createActivationFunction } from '../../src/nn/activation-function.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { fisherSpectrum } from '../../src/nn/fisher/fisher-spectrum.js';

let tf: Tf;
beforeAll(async () => {
  tf = (await loadBackend('auto')).tf;
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
      'depth multiplier 2',
      (l) => [l.depthwiseConv2d({ name: 'bad', kernelSize: 3, depthMultiplier: 2, inputShape: image })],
      /"bad".*depth multiplier 2.*use 1/,
    ],
    [
      'depthwise, kernel not square',
      (l) => [l.depthwiseConv2d({ name: 'bad', kernelSize: [1, 3], inputShape: image })],
      /"bad".*1×3.*square/,
    ],
    [
      'depthwise, dilated',
      (l) => [l.depthwiseConv2d({ name: 'bad', kernelSize: 3, dilationRate: 2, inputShape: image })],
      /"bad".*dilat/,
    ],
    [
      'depthwise, activation inside',
      (l) => [l.depthwiseConv2d({ name: 'bad', kernelSize: 3, activation: 'tanh', inputShape: image })],
      /"bad".*"tanh".*tf\.layers\.activation/,
    ],
    [
      'dense, activation inside',
      (l) => [l.flatten({ inputShape: image }), l.dense({ name: 'bad', units: 2, activation: 'softmax' })],
      /"bad".*"softmax".*tf\.layers\.activation/,
    ],
    ['groups', () => [new (groupedConvolution())({ name: 'bad', inputShape: image })], /"bad".*2 groups.*groups: 1/],
    [
      'nested model',
      (l) => [
        l.flatten({ inputShape: image }),
        tf.sequential({ name: 'bad', layers: [l.dense({ units: 2, inputShape: [72] })] }),
      ],
      /"bad".*one by one/,
    ],
    ['nothing that counts', (l) => [l.flatten({ inputShape: image })], /no Conv2D, DepthwiseConv2D or Dense/],
  ];
  /** A Conv2D as other libraries have it, whose kernel takes one of two groups of channels. */
  function groupedConvolution() {
    return class Grouped extends tf.layers.Layer {
      static readonly className = 'Conv2D';
      override build(): void {
        this.addWeight('kernel', [3, 3, 1, 2], 'float32', tf.initializers.ones());
        this.built = true;
      }
      override call(inputs: tfjs.Tensor | tfjs.Tensor[]): tfjs.Tensor {
        return [inputs].flat()[0]!;
      }
      override getConfig(): tfjs.serialization.ConfigDict {
        const plain = tf.layers.conv2d({ filters: 2, kernelSize: 3 }).getConfig();
        return { ...plain, name: this.name };
      }
    };
  }

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

  test('two inputs, two outputs', async () => {
    const [a, b] = [tf.input({ shape: [3] }), tf.input({ shape: [3] })];
    const dense = () => tf.layers.dense({ units: 3 });
    const sum = tf.layers.add().apply([a, b]) as tfjs.SymbolicTensor;
    const x = tf.zeros([1, 3]);
    const options = { inputs: x, labels: Int32Array.of(0) };
    const twoInputs = tf.model({ inputs: [a, b], outputs: dense().apply(sum) as tfjs.SymbolicTensor });
    await expect(fisherSpectrum(twoInputs, options)).rejects.toThrow(/2 inputs and 1 outputs; use one/);
    const outputs = [dense().apply(a), dense().apply(a)] as tfjs.SymbolicTensor[];
    await expect(fisherSpectrum(tf.model({ inputs: a, outputs }), options)).rejects.toThrow(/1 inputs and 2 outputs/);
    x.dispose();
  });
});

test('labels that the model has no class for are refused', async () => {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] }), tf.layers.softmax()] });
  const spectrum = (labels: tfjs.Tensor) => fisherSpectrum(model, { inputs: tf.ones([2, 2]), labels });
  await expect(spectrum(tf.zeros([2, 3]))).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(/3 columns.* 2 classes/),
  });
  await expect(spectrum(tf.tensor1d([0, 2]))).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(/label 2 is none/),
  });
  await expect(spectrum(tf.tensor1d([0, 0.5]))).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(/label 0.5 is none/),
  });
});

describe('a model that gives no class probabilities', () => {
  const model = (fn: string, ending: (layers: Tf['layers']) => tfjs.layers.Layer[]) =>
    tf.sequential({
      layers: [
        tf.layers.dense({ units: 3, inputShape: [3] }),
        createActivationFunction(tf, { fn }),
        ...ending(tf.layers),
      ],
    });
  const options = () => ({ inputs: tf.randomNormal([5, 3], 0, 1, 'float32', 1), labels: Int32Array.of(0, 1, 2, 0, 1) });

  test('is refused by its values, whatever its last layer is called', async () => {
    const before = tf.memory().numTensors;
    const endings: Array<(layers: Tf['layers']) => tfjs.layers.Layer[]> = [
      () => [],
      (l) => [l.reshape({ targetShape: [3] })],
      (l) => [l.activation({ activation: 'sigmoid' })],
      (l) => [l.softmax(), l.batchNormalization({})],
    ];
    for (const ending of endings) {
      const unfit = model('tanh(x)', ending);
      const { inputs, labels } = options();
      await expect(fisherSpectrum(unfit, { inputs, labels })).rejects.toMatchObject({
        code: 'MODEL_UNSUPPORTED',
        message: expect.stringMatching(/ends in layer .* no class probabilities: row \d .*; add tf\.layers\.softmax/),
      });
      inputs.dispose();
      unfit.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  test('is taken with a loss of one’s own, which must give a scalar', async () => {
    const loss = (labels: tfjs.Tensor, scores: tfjs.Tensor) => tf.losses.meanSquaredError(labels, scores);
    expect(
      await fisherSpectrum(
        model('tanh(x)', () => []),
        { ...options(), loss },
      ),
    ).toHaveLength(1);
    const each = (labels: tfjs.Tensor, scores: tfjs.Tensor) => tf.mean(tf.squaredDifference(labels, scores), -1);
    await expect(
      fisherSpectrum(
        model('tanh(x)', () => []),
        { ...options(), loss: each },
      ),
    ).rejects.toThrow(/the loss gives a tensor of shape \[5\]; .* scalar/);
  });

  test('is no fault of the model where the function makes it NaN: the spectrum is not finite', async () => {
    const [, spectrum] = await fisherSpectrum(
      model('reciprocal(zero(x))', (l) => [l.dense({ units: 3 }), l.softmax(), l.reshape({ targetShape: [3] })]),
      options(),
    );
    expect(spectrum!.inputEigenvalues.every((value) => Number.isNaN(value))).toBe(true);
  });
});

describe('what only looks forbidden is done', () => {
  test('a layer that another model uses too counts as used once', async () => {
    const [a, b] = [tf.input({ shape: [3] }), tf.input({ shape: [3] })];
    const shared = tf.layers.dense({ units: 3, name: 'shared' });
    const softmax = tf.layers.softmax().apply(shared.apply(a)) as tfjs.SymbolicTensor;
    const ours = tf.model({ inputs: a, outputs: softmax });
    tf.model({ inputs: b, outputs: shared.apply(b) as tfjs.SymbolicTensor });
    const x = tf.ones([2, 3]);
    const [spectrum] = await fisherSpectrum(ours, { inputs: x, labels: Int32Array.of(0, 1) });
    expect(spectrum).toMatchObject({ layer: 'shared', weights: 12 });
    x.dispose();
  });

  test('layers of other kinds with weights are left out and reported, others are not mentioned', async () => {
    const { layers } = tf;
    const model = tf.sequential({
      layers: [
        layers.embedding({ inputDim: 5, outputDim: 4, inputLength: 6, name: 'words' }),
        layers.conv1d({ filters: 4, kernelSize: 3, name: 'conv1d' }),
        layers.reshape({ targetShape: [4, 4, 1] }),
        layers.conv2dTranspose({ filters: 2, kernelSize: 2, name: 'transposed' }),
        layers.separableConv2d({ filters: 2, kernelSize: 2, name: 'separable' }),
        layers.flatten(),
        layers.dense({ units: 2, name: 'last' }),
        layers.softmax(),
      ],
    });
    const x = tf.zeros([2, 6]);
    const reports: string[][] = [];
    const options = { inputs: x, labels: Int32Array.of(0, 1), onIgnored: (names: string[]) => reports.push(names) };
    const spectra = await fisherSpectrum(model, options);
    expect(reports).toEqual([['words', 'conv1d', 'transposed', 'separable']]);
    expect(spectra.map(({ layer }) => layer)).toEqual(['last']);
    x.dispose();
    model.dispose();
  });
});
