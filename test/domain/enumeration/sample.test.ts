import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IndexSample } from '../../../src/domain/enumeration/sample.js';

describe('IndexSample', () => {
  it('permutes all indices', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600 }), fc.nat(), (size, seed) => {
        const sample = new IndexSample(BigInt(size), seed);
        const chosen = Array.from({ length: size }, (_, i) => Number(sample.indexAt(BigInt(i))));
        expect(chosen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, i) => i));
      }),
      { numRuns: 30 },
    );
  });

  it('spreads evenly: chi-squared over 16 parts of 31^40', () => {
    const size = 31n ** 40n;
    const sample = new IndexSample(size, 0);
    const counts = new Array(16).fill(0);
    for (let i = 0n; i < 1600n; i++) counts[Number((sample.indexAt(i) * 16n) / size)]++;
    const chiSquared = counts.reduce((sum, count) => sum + (count - 100) ** 2 / 100, 0);
    // 15 degrees of freedom: 37.7 is exceeded once in a thousand seeds.
    expect(chiSquared).toBeLessThan(37.7);
  });

  it('refuses indices outside', () => {
    expect(() => new IndexSample(5n, 0).indexAt(5n)).toThrow(RangeError);
    expect(() => new IndexSample(5n, 0).indexAt(-1n)).toThrow(RangeError);
  });
});
