import { describe, expect, it } from 'vitest';
import { rankCorrelation } from '../../src/act-bench/rank-correlation.js';
import type { ActBenchTable, TableEntry } from '../../src/act-bench/table.js';
import { tableFigures } from '../../src/act-bench/table-figures.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';

describe('rankCorrelation', () => {
  it('sees order only, and gives equal values equal ranks', () => {
    expect(rankCorrelation([1, 2, 3], [10, 100, 1000])).toBeCloseTo(1, 12);
    expect(rankCorrelation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
    // Ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3: by hand 4.5 / sqrt(4.5 * 5).
    expect(rankCorrelation([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(22.5), 12);
    expect(rankCorrelation([1, 1], [1, 2])).toBeNaN();
  });
});

describe('tableFigures', () => {
  const entry = (valAcc: number[], fisher = true): TableEntry => ({
    ...{ trainAcc: 0.5, valAcc: valAcc[0]!, trainLoss: 1, valLoss: 1, testAcc: 0.5, testLoss: 1, runtime: 2 },
    equivalents: [],
    fisherCdf: fisher ? Float32Array.of(0, 1) : new Float32Array(0),
    ...(valAcc.length > 1 ? { seeds: { valAcc, testAcc: valAcc } } : {}),
  });

  it('finds the spread and the noise that a table was made with', () => {
    const random = new SeededRandom('table');
    const table: ActBenchTable = new Map();
    const effects = [0.01, -0.01, 0.03, -0.03];
    for (let i = 0; i < 2000; i++) {
      const centre = 0.5 + 0.03 * random.normal();
      const seeds = effects.map((effect) => centre + effect + 0.02 * random.normal());
      table.set(`f${i}(x)`, entry(seeds));
    }
    const [all, , best] = tableFigures(table, 0.1).groups;
    expect(all).toMatchObject({ group: 'all', functions: 2000 });
    expect(all!.seedNoise).toBeCloseTo(0.02, 3);
    expect(all!.seedEffect).toBeCloseTo(Math.sqrt(0.002 / 3), 3);
    expect(all!.spread).toBeCloseTo(Math.hypot(0.03, 0.01), 2);
    // Correlation of means of two: 9 / (9 + 2); of normal variables Spearman's is a little less.
    expect(all!.splitHalf).toBeGreaterThan(0.78);
    expect(all!.splitHalf).toBeLessThan(0.84);
    expect(best).toMatchObject({ group: 'best 10 %', functions: 200 });
    expect(best!.splitHalf).toBeLessThan(all!.splitHalf);
  });

  it('tells where baselines stand, what is at chance, and how long it took', () => {
    const table: ActBenchTable = new Map([
      ['relu(x)', entry([0.6, 0.7, 0.65])],
      ['abs(x)', entry([0.8, 0.82, 0.84, 0.8, 0.84])],
      ['mish(x)', entry([0.81, 0.82, 0.81])],
      ['elu(x)', entry([0.1, 0.1, 0.11])],
      ['sinh(x)', entry([0.1, 0.1, 0.1], false)],
      ['cosh(x)', entry([0.3, 0.3, 0.3], false)],
    ]);
    expect(tableFigures(table, 0.1)).toMatchObject({
      functions: 6,
      seeds: [3, 5],
      features: 2,
      undefinedFisher: 2,
      undefinedAtChance: 1,
      definedAtChance: 1,
      bestFunction: 'abs(x)',
      quantiles: { best: expect.closeTo(0.82, 10) },
      baselines: { 'relu(x)': 3, 'elu(x)': 5 },
      bestBaselineShare: 0.5,
      withinStandardError: 2,
      trainingSeconds: 2 * 20,
    });
  });

  it('has no noise to tell where there is one seed, and refuses an empty table', () => {
    const table: ActBenchTable = new Map(['a', 'b', 'c'].map((fn, i) => [fn, entry([i / 10])]));
    expect(tableFigures(table, 0.1).groups[0]).toMatchObject({ seedNoise: Number.NaN, splitHalf: Number.NaN });
    expect(() => tableFigures(new Map(), 0.1)).toThrow(RangeError);
  });
});
