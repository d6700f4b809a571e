import { beforeAll, describe, expect, test } from 'vitest';
import type { Tf } from '../../src/domain/operators/types.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { orthogonal } from '../../src/nn/models/orthogonal.js';
import { withSeededMathRandom } from '../../src/nn/seeded-weights.js';

let tf: Tf;
beforeAll(async () => {
  tf = (await loadBackend('auto')).tf;
});

const drawn = (seed: string, inputs: number, units: number) =>
  withSeededMathRandom(new SeededRandom(seed), () => orthogonal(tf, inputs, units));

describe('orthogonal', () => {
  test.each([
    [784, 64],
    [64, 64],
    [10, 32],
    [1, 1],
  ])('%i inputs, %i units: columns or rows are orthonormal', (inputs, units) => {
    const weights = drawn('a', inputs, units);
    expect(weights.shape).toEqual([inputs, units]);
    const gram = inputs >= units ? tf.matMul(weights, weights, true, false) : tf.matMul(weights, weights, false, true);
    const largest = tf.max(tf.abs(tf.sub(gram, tf.eye(Math.min(inputs, units))))).dataSync()[0];
    expect(largest).toBeLessThan(1e-5);
  });

  test('depends on Math.random alone', () => {
    const values = (seed: string) => [...drawn(seed, 8, 8).dataSync()];
    expect(values('a')).toEqual(values('a'));
    expect(values('a')).not.toEqual(values('b'));
  });
});
