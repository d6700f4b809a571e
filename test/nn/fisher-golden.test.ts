import { beforeAll, describe, expect, test } from 'vitest';
import { cumulativeHistogram } from '../../src/domain/features/log-histogram.js';
import { fisherFeatures } from '../../src/domain/features/spectrum.js';
import type { Tf } from '../../src/domain/operators/types.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { fisherSpectrum } from '../../src/nn/fisher/fisher-spectrum.js';
import { createObjective } from '../../src/nn/objective.js';
import { buildGolden, fisherGolden, type GoldenLayer } from '../support/fisher-golden.js';

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

const cases = Object.entries(fisherGolden).flatMap(([name, model]) =>
  Object.keys(model.cases).map((fn) => [name, fn] as const),
);

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

describe('CDFs of layers whose factors are well conditioned throughout are the original ones to 2e-3 in every bin', () => {
  const clean = cases.filter(([name, fn]) => fisherGolden[name]!.cases[fn]!.layers.some(isWellConditioned));
  test.each(clean)('%s with %s', async (name, fn) => {
    const { model, inputs, labels } = buildGolden(tf, name, fn);
    const spectra = await fisherSpectrum(model, { inputs, labels, compat: 'aquasurf' });
    for (const [i, layer] of fisherGolden[name]!.cases[fn]!.layers.entries()) {
      if (!isWellConditioned(layer)) continue;
      // 2,000 weights: 19 bins.
      const found = fisherFeatures([{ ...spectra[i]!, weights: 2000 }], { floor: 0 });
      const wanted = cumulativeHistogram(layer.log_eigs_raw.map(Number), 20)!;
      if (!found.defined) throw new Error(found.reason);
      for (const [bin, value] of found.features.entries()) {
        expect(Math.abs(value - wanted[bin]!), `${layer.name}, bin ${bin}`).toBeLessThan(2e-3);
      }
    }
    inputs.dispose();
    model.dispose();
  });
});

function isWellConditioned(layer: GoldenLayer): boolean {
  const { n_well_conditioned_input: input, n_well_conditioned_grad: gradient } = layer;
  return input === layer.input_cov_dim && gradient === layer.grad_cov_dim;
}
