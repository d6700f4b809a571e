import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random/seeded-random.js';
import { wilcoxon } from '../../../src/domain/replay/paired-test.js';

describe("Wilcoxon's signed-rank test", () => {
  it('gives the exact probabilities of small samples', () => {
    // All of n pairs on one side: 2 of 2ⁿ patterns.
    expect(wilcoxon([1, 2, 3])).toBe(2 / 8);
    expect(wilcoxon([1, 2, 3, 4, 5, 6])).toBe(2 / 64);
    expect(wilcoxon([-1, -2, -3, -4, -5, -6])).toBe(2 / 64);
    // Rank sums of 5 at most 1 or at least 14 of 15: {} {1} and their complements.
    expect(wilcoxon([-1, 2, 3, 4, 5])).toBe(4 / 32);
    // scipy.stats.wilcoxon([6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75]).pvalue
    expect(wilcoxon([6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75])).toBeCloseTo(0.041259765625, 12);
  });

  it('leaves out zeros, shares ranks, and knows no difference', () => {
    expect(wilcoxon([0, 0])).toBe(1);
    expect(wilcoxon([0, 1, 2, 3])).toBe(wilcoxon([1, 2, 3]));
    expect(wilcoxon([1, -1])).toBe(1);
    expect(wilcoxon([2, 2, 2, 2])).toBe(2 / 16);
  });

  it('is uniform where there is no effect, and its approximation continues the exact test', () => {
    const random = new SeededRandom(6);
    const below = (n: number) => {
      let count = 0;
      for (let i = 0; i < 400; i++) if (wilcoxon(Array.from({ length: n }, () => random.normal())) < 0.1) count += 1;
      return count / 400;
    };
    for (const n of [12, 40]) {
      expect(below(n)).toBeGreaterThan(0.05);
      expect(below(n)).toBeLessThan(0.15);
    }
  });
});
