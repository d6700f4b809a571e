import { beforeAll, describe, expect, test } from 'vitest';
import type { Tf } from '../../src/domain/operators/types.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { countedLayers } from '../../src/nn/fisher/counted-layers.js';
import { fisherSpectrum } from '../../src/nn/fisher/fisher-spectrum.js';
import { inputGradient } from '../../src/nn/fisher/input-gradient.js';
import { traceLayers } from '../../src/nn/fisher/trace-layers.js';
import { createObjective } from '../../src/nn/objective.js';
import { expectClose } from '../support/close-spectra.js';
import { jacobiEigenvalues } from '../support/jacobi.js';
import { networkPair } from '../support/network-pair.js';
import type { Node } from '../support/plain-layers.js';
import { kfacFactors, outputGradient } from '../support/plain-network.js';

let tf: Tf;
beforeAll(async () => {
  tf = (await loadBackend('auto')).tf;
});

const networks: Array<[string, Node[], number[]]> = [
  [
    'convolutions with odd and even kernels, strides and both paddings',
    [
      { kind: 'conv', name: 'c1', filters: 3, k: 3, stride: 2, padding: 'same', bias: true },
      { kind: 'tanh', name: 't1' },
      { kind: 'conv', name: 'c2', filters: 2, k: 2, stride: 1, padding: 'same', bias: false },
      { kind: 'tanh', name: 't2' },
      { kind: 'conv', name: 'c3', filters: 3, k: 2, stride: 1, padding: 'valid', bias: true },
      { kind: 'flatten', name: 'f' },
      { kind: 'dense', name: 'd', units: 3, bias: true },
    ],
    [6, 5, 2],
  ],
  [
    'depthwise convolutions, with and without bias, strided and not',
    [
      { kind: 'depthwise', name: 'w1', k: 3, stride: 1, padding: 'same', bias: true },
      { kind: 'tanh', name: 't1' },
      { kind: 'conv', name: 'p1', filters: 4, k: 1, stride: 1, padding: 'valid', bias: false },
      { kind: 'depthwise', name: 'w2', k: 3, stride: 2, padding: 'same', bias: false },
      { kind: 'tanh', name: 't2' },
      { kind: 'depthwise', name: 'w3', k: 2, stride: 1, padding: 'valid', bias: true },
      { kind: 'globalAverage', name: 'g' },
      { kind: 'dense', name: 'd', units: 3, bias: false },
    ],
    [6, 6, 3],
  ],
  [
    'dense layers on tokens and on images, whose rows are the positions',
    [
      { kind: 'dense', name: 't', units: 3, bias: true },
      { kind: 'tanh', name: 'a' },
      { kind: 'dense', name: 'u', units: 2, bias: false },
      { kind: 'flatten', name: 'f' },
      { kind: 'dense', name: 'd', units: 3, bias: false },
    ],
    [3, 2, 5],
  ],
  [
    'a residual sum and a concatenation, with batch normalisation, dropout and pooling between',
    [
      { kind: 'conv', name: 'c1', filters: 3, k: 3, stride: 1, padding: 'same', bias: false },
      { kind: 'batchNorm', name: 'n1' },
      { kind: 'tanh', name: 't1' },
      { kind: 'conv', name: 'c2', filters: 3, k: 3, stride: 1, padding: 'same', bias: true },
      { kind: 'add', name: 'sum', from: ['t1', 'c2'] },
      { kind: 'dropout', name: 'drop' },
      { kind: 'maxPool', name: 'max', size: 2 },
      { kind: 'averagePool', name: 'average', size: 2, from: ['t1'] },
      { kind: 'concat', name: 'both', from: ['max', 'average'] },
      { kind: 'conv', name: 'c3', filters: 2, k: 1, stride: 1, padding: 'same', bias: true },
      { kind: 'flatten', name: 'f' },
      { kind: 'dense', name: 'd', units: 4, bias: true },
    ],
    [6, 6, 2],
  ],
  [
    'layer normalisation and attention made of dense layers',
    [
      { kind: 'layerNorm', name: 'n' },
      { kind: 'dense', name: 'q', units: 3, bias: true },
      { kind: 'dense', name: 'k', units: 3, bias: false, from: ['n'] },
      { kind: 'dense', name: 'v', units: 4, bias: true, from: ['n'] },
      { kind: 'attention', name: 'mixed', from: ['q', 'k', 'v'] },
      { kind: 'add', name: 'sum', from: ['mixed', 'input'] },
      { kind: 'tanh', name: 'a' },
      { kind: 'flatten', name: 'f' },
      { kind: 'dense', name: 'd', units: 3, bias: true },
    ],
    [5, 4],
  ],
];

describe('eigenvalues are those of K-FAC by plain loops', () => {
  test.each(networks)('%s', async (_, nodes, inputShape) => {
    const { model, weights, inputs, examples, labels } = networkPair(tf, nodes, inputShape);
    const spectra = await fisherSpectrum(model, { inputs, labels: Int32Array.from(labels) });
    const factors = new Map(kfacFactors(nodes, weights, examples, labels).map((factor) => [factor.name, factor]));
    expect(new Set(spectra.map(({ layer }) => layer))).toEqual(new Set(factors.keys()));
    for (const { layer, inputEigenvalues, gradientEigenvalues } of spectra) {
      expectClose(inputEigenvalues, jacobiEigenvalues(factors.get(layer)!.input), `inputs of ${layer}`);
      expectClose(gradientEigenvalues, jacobiEigenvalues(factors.get(layer)!.gradient), `gradients of ${layer}`);
    }
    inputs.dispose();
    model.dispose();
  });
});

describe('one backward pass gives the gradients of finite differences', () => {
  test.each(networks)('%s', async (_, nodes, inputShape) => {
    const { model, weights, inputs, examples, labels } = networkPair(tf, nodes, inputShape);
    const { counted } = countedLayers(model);
    const objective = createObjective(tf, model, 'categoricalCrossentropy');
    let passes = 0;
    const classes = model.outputs[0]!.shape.at(-1)!;
    const traces = traceLayers(
      tf,
      { layers: counted.map((each) => ({ layer: each.layer, inputGradient: inputGradient(tf, each) })) },
      () => {
        passes++;
        const oneHot = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32');
        return objective.evaluate(inputs, oneHot, { training: false }).loss;
      },
    );
    expect(passes).toBe(1);
    for (const [i, { name }] of counted.entries()) {
      const gradient = await traces[i]!.gradient!.data();
      const wanted = examples.flatMap((example, n) => {
        const at = { example, label: labels[n]!, batch: examples.length };
        return outputGradient(nodes, weights, at, name).data;
      });
      const largest = Math.max(...wanted.map(Math.abs));
      expect(gradient).toHaveLength(wanted.length);
      for (const [j, value] of wanted.entries()) {
        expect(Math.abs(gradient[j]! - value), `${name}, entry ${j}`).toBeLessThan(1e-5 * largest);
      }
      tf.dispose([traces[i]!.input, traces[i]!.gradient!]);
    }
    inputs.dispose();
    model.dispose();
  });
});
