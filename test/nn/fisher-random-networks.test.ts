import { fisherSpectrum, loadBackend } from 'aquasurf';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Tf } from '../../src/domain/operators/types.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { expectClose } from '../support/close-spectra.js';
import { jacobiEigenvalues } from '../support/jacobi.js';
import { networkPair } from '../support/network-pair.js';
import { kfacFactors } from '../support/plain-network.js';
import { randomNetwork } from '../support/random-networks.js';
import { testSize } from '../support/test-size.js';

const NETWORKS = testSize({ small: 15, full: 150 });
/** Of weights: where tanh is saturated, float32 knows its slope to a few digits only. */
const SPREAD = 0.2;

let tf: Tf;
beforeAll(async () => {
  tf = (await loadBackend('auto')).tf;
});

describe.each([['by default', undefined] as const, ['as the original program has them', 'aquasurf'] as const])(
  'eigenvalues of networks made at random are those of K-FAC by plain loops, %s',
  (_, compat) => {
    test.each(Array.from({ length: NETWORKS }, (_, i) => i))('network %i', async (seed) => {
      const { nodes, inputShape } = randomNetwork(new SeededRandom(`network ${seed}`));
      const { model, weights, inputs, examples, labels } = networkPair(tf, nodes, inputShape, 2, SPREAD);
      const options = { inputs, labels: Int32Array.from(labels), ...(compat ? { compat } : {}) };
      const spectra = await fisherSpectrum(model, options);
      const factors = kfacFactors(nodes, weights, examples, labels, compat !== undefined);
      const about = JSON.stringify(nodes);
      expect(spectra.map(({ layer }) => layer).sort(), about).toEqual(factors.map(({ name }) => name).sort());
      for (const { name, input, gradient } of factors) {
        const found = spectra.find(({ layer }) => layer === name)!;
        expectClose(found.inputEigenvalues, jacobiEigenvalues(input), `inputs of ${name} in ${about}`);
        expectClose(found.gradientEigenvalues, jacobiEigenvalues(gradient), `gradients of ${name} in ${about}`);
      }
      inputs.dispose();
      model.dispose();
    });
  },
);
