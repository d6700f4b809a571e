import { beforeAll, describe, expect, test } from 'vitest';
import type { Tf } from '../../src/domain/operators/types.js';
import { ActivationFunction } from '../../src/nn/activation-function.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { fisherSpectrum } from '../../src/nn/fisher/fisher-spectrum.js';
import { expectClose } from '../support/close-spectra.js';

let tf: Tf;
beforeAll(async () => {
  tf = (await loadBackend('auto')).tf;
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

  test('refuses labels that are not one for each input: a single one would be taken for all', async () => {
    const model = small('tanh(x)');
    const x = inputs();
    const oneHot = tf.ones([2, 2]);
    const refusal = async (labels: unknown) => {
      const error = await fisherSpectrum(model, { inputs: x, labels: labels as Int32Array }).catch((thrown) => thrown);
      return [error.code, error.message];
    };
    expect(await refusal(Int32Array.of(0))).toEqual([
      'USAGE',
      expect.stringMatching(/each of the 3 inputs; there are 1$/),
    ]);
    expect(await refusal(oneHot)).toEqual(['USAGE', expect.stringMatching(/there are 2$/)]);
    expect(await refusal(Int32Array.of(0, 1, 2))).toEqual(['USAGE', "label 2 is none of the model's classes, 0 to 1"]);
    expect(await refusal([0, 1, 0])).toEqual(['USAGE', expect.stringMatching(/an Int32Array .* or a tensor/)]);
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
