import { beforeAll, describe, expect, test } from 'vitest';
import type { Tf } from '../../src/domain/operators/types.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { fisherSpectrum } from '../../src/nn/fisher/fisher-spectrum.js';
import { createObjective } from '../../src/nn/objective.js';
import { buildGolden, fisherGolden } from '../support/fisher-golden.js';

let tf: Tf;
beforeAll(async () => {
  tf = (await loadBackend('auto')).tf;
});

/** Largest |Δλ| in units of the tolerance of golden/README.md, 1e-4·λ + 1e-6·λmax. */
function worst(found: Float64Array, golden: number[]): number {
  expect(found).toHaveLength(golden.length);
  const largest = Math.max(...golden);
  return Math.max(...golden.map((value, i) => Math.abs(found[i]! - value) / (1e-4 * Math.abs(value) + 1e-6 * largest)));
}

const cases = Object.entries(fisherGolden)
  .filter(([name]) => name !== 'depthwise_pointwise')
  .flatMap(([name, model]) => Object.keys(model.cases).map((fn) => [name, fn] as const));

describe('with compat, eigenvalues are those of the Python program', () => {
  test.each(cases)('%s with %s', async (name, fn) => {
    const { model, inputs, labels } = buildGolden(tf, name, fn);
    const spectra = await fisherSpectrum(model, { inputs, labels, compat: 'aquasurf' });
    const golden = fisherGolden[name]!.cases[fn]!;
    expect(spectra.map(({ layer }) => layer)).toEqual(golden.layers.map((layer) => layer.name));
    for (const [i, layer] of golden.layers.entries()) {
      expect(worst(spectra[i]!.inputEigenvalues, layer.input_eigs), `inputs of ${layer.name}`).toBeLessThanOrEqual(1);
      expect(worst(spectra[i]!.gradientEigenvalues, layer.grad_eigs), `gradients of ${layer.name}`).toBeLessThanOrEqual(
        1,
      );
    }
    tf.dispose([inputs, ...model.weights.map((weight) => weight.read())]);
  });

  // In the remaining case the golden loss is on probabilities cut off at 1e-7; its gradients are not.
  const moderate = cases.filter(([name, fn]) => fisherGolden[name]!.cases[fn]!.loss < 5);
  test.each(moderate)('the loss of %s with %s too', (name, fn) => {
    const { model, inputs, labels } = buildGolden(tf, name, fn);
    const loss = tf.tidy(() => {
      const oneHot = tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), 4), 'float32');
      return createObjective(tf, model, 'categoricalCrossentropy')
        .evaluate(inputs, oneHot, { training: false })
        .loss.dataSync()[0]!;
    });
    expect(loss).toBeCloseTo(fisherGolden[name]!.cases[fn]!.loss, 4);
    inputs.dispose();
    model.dispose();
  });
});

test('a depthwise convolution is refused, naming the layer', async () => {
  const { model, inputs, labels } = buildGolden(tf, 'depthwise_pointwise', 'relu(x)');
  await expect(fisherSpectrum(model, { inputs, labels })).rejects.toMatchObject({
    code: 'MODEL_UNSUPPORTED',
    message: expect.stringMatching(/"dw".*DepthwiseConv2D.*follows/),
  });
  inputs.dispose();
  model.dispose();
});
