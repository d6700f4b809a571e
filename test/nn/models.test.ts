import { beforeAll, describe, expect, test } from 'vitest';
import type { Tf } from '../../src/domain/operators/types.js';
import { createActivationFunction } from '../../src/nn/activation-function.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { fisherSpectrum } from '../../src/nn/fisher/fisher-spectrum.js';
import { MODELS } from '../../src/nn/models/index.js';
import { type MobileViTv2Options, mobileViTv2 } from '../../src/nn/models/mobilevitv2.js';
import { taskLayers } from '../../src/nn/task-layers.js';

let tf: Tf;
beforeAll(async () => {
  tf = (await loadBackend('auto')).tf;
});

const context = (fn = 'relu(x)') => ({
  tf,
  activation: (name?: string) => createActivationFunction(tf, name === undefined ? { fn } : { fn, name }),
});
const trained = (layers: ReturnType<typeof taskLayers>) => layers.reduce((sum, { weights }) => sum + weights, 0);
const layersOf = (name: string) => {
  const model = MODELS[name]!.build(context());
  const layers = taskLayers(model);
  model.dispose();
  return layers;
};

describe('models have the weights of the published ones', () => {
  test('small-cnn', () => {
    const layers = layersOf('small-cnn');
    const weighted = layers.filter(({ weights }) => weights > 0);
    expect(weighted.map(({ kind, shape, weights }) => [kind, shape, weights])).toEqual([
      ['Conv2D', [28, 28, 16], 160],
      ['Conv2D', [14, 14, 32], 4640],
      ['Dense', [64], 100_416],
      ['Dense', [10], 650],
    ]);
    expect(layers.filter(({ kind }) => kind === 'ActivationFunction')).toHaveLength(3);
  });

  test('All-CNN-C: the list of the design', () => {
    const layers = layersOf('all-cnn-c');
    expect(layers.filter(({ counted }) => counted).map(({ weights }) => weights)).toEqual([
      2688, 83040, 83040, 166080, 331968, 331968, 331968, 37056, 1930,
    ]);
    expect(layers.filter(({ kind }) => kind === 'ActivationFunction')).toHaveLength(9);
    expect(layers.filter(({ kind }) => kind === 'Dropout')).toHaveLength(3);
  });

  test('ResNet-56: 55 convolutions and a dense layer, 0.85 million', () => {
    const layers = layersOf('resnet-56');
    expect(trained(layers)).toBe(853_018);
    expect(layers.filter(({ kind }) => kind === 'Conv2D')).toHaveLength(55);
    expect(layers.filter(({ counted }) => counted)).toHaveLength(56);
    expect(layers.filter(({ kind }) => kind === 'ActivationFunction')).toHaveLength(55);
    expect(layers.filter(({ weights, counted }) => weights > 0 && !counted)).toHaveLength(55);
    const stages = layers.filter(({ kind }) => kind === 'Add').map(({ shape }) => shape.join('×'));
    expect(new Set(stages)).toEqual(new Set(['32×32×16', '16×16×32', '8×8×64']));
  });

  // Millions of weights with 1,000 classes, as its paper's table 1 and timm's results give them.
  test.each([
    [0.5, 1.37],
    [1, 4.9],
    [2, 18.45],
  ])('MobileViTv2-%d has %d million weights with 1,000 classes', (width, millions) => {
    const model = mobileViTv2(context(), { width, classes: 1000, size: 64 });
    expect(trained(taskLayers(model)) / 1e6).toBeCloseTo(millions, 2);
    model.dispose();
  });

  test('MobileViTv2-0.5 with 10 classes: 990 rows fewer of 256 weights and a bias', () => {
    const count = (options: MobileViTv2Options) => {
      const model = mobileViTv2(context(), options);
      const layers = taskLayers(model);
      model.dispose();
      return layers;
    };
    const ten = count({});
    expect(trained(ten)).toBe(trained(count({ classes: 1000 })) - 990 * 257);
    expect(ten).toEqual(layersOf('mobilevitv2-0.5').map((layer, i) => ({ ...layer, layer: ten[i]!.layer })));
    const left = new Set(ten.filter(({ weights, counted }) => weights > 0 && !counted).map(({ kind }) => kind));
    expect(left).toEqual(new Set(['BatchNormalization', 'ExampleNormalization']));
  });
});

describe('models that were saved are loaded', () => {
  test.each(Object.keys(MODELS))('%s', async (name) => {
    const { build, inputShape } = MODELS[name]!;
    const model = build(context('swish(x)'));
    const saved: unknown[] = [];
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved.push(artifacts);
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved[0] as Parameters<typeof tf.io.fromMemory>[0]));
    const x = tf.randomNormal([2, ...inputShape], 0, 1, 'float32', 1);
    const [before, after] = [model, loaded].map((m) => (m.predict(x) as typeof x).dataSync());
    expect(after).toEqual(before);
    expect(taskLayers(loaded)).toEqual(taskLayers(model));
    tf.dispose([x]);
    for (const m of [model, loaded]) m.dispose();
  });
});

describe('models have Fisher spectra in which every layer counts', () => {
  test.each(Object.keys(MODELS))('%s', async (name) => {
    const { build, inputShape } = MODELS[name]!;
    const model = build(context('swish(x)'));
    const inputs = tf.randomNormal([2, ...inputShape], 0, 1, 'float32', 1);
    const before = tf.memory().numTensors;
    const spectra = await fisherSpectrum(model, { inputs, labels: Int32Array.of(1, 2) });
    expect(tf.memory().numTensors).toBe(before);
    const counted = taskLayers(model).filter((layer) => layer.counted);
    expect(spectra.map(({ layer, weights }) => [layer, weights])).toEqual(
      counted.map(({ layer, weights }) => [layer, weights]),
    );
    for (const { layer, weights, inputEigenvalues, gradientEigenvalues } of spectra) {
      expect(inputEigenvalues.length * gradientEigenvalues.length, layer).toBe(weights);
      expect(inputEigenvalues.at(-1)!, layer).toBeGreaterThan(0);
      expect(gradientEigenvalues.at(-1)!, layer).toBeGreaterThan(0);
    }
    inputs.dispose();
    model.dispose();
  });
});
