import { describe, expect, it } from 'vitest';
import { outputFeatures } from '../../src/domain/features/output-features.js';
import { outputStatistics } from '../../src/domain/features/output-statistics.js';
import { golden } from '../support/golden.js';

const { outputs } = golden<{ outputs: { fn: string; sum_finite_f64: number; n_finite: number }[] }>('outputs');

describe('outputStatistics', () => {
  it('counts what is not finite and leaves it out of the moments', () => {
    expect(outputStatistics([1, Infinity, Number.NaN, 3, -Infinity, Infinity])).toEqual({
      count: 6,
      finite: 2,
      nan: 1,
      positiveInfinite: 2,
      negativeInfinite: 1,
      mean: 2,
      std: 1,
      min: 1,
      max: 3,
    });
  });

  it('has null moments where nothing is finite', () => {
    expect(outputStatistics([Number.NaN])).toMatchObject({
      count: 1,
      finite: 0,
      mean: null,
      std: null,
      min: null,
      max: null,
    });
  });

  it.each(outputs.filter(({ n_finite }) => n_finite === 1000))('of $fn has the mean of the original', (expected) => {
    const { mean, max } = outputStatistics(outputFeatures(expected.fn));
    expect(Math.abs(mean! - expected.sum_finite_f64 / 1000)).toBeLessThan(1e-6 * Math.max(1, Math.abs(max!)));
  });
});
