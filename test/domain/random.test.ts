import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outputSamples } from '../../src/domain/features/samples.js';
import { Mt19937 } from '../../src/domain/random/mt19937.js';
import { preciseLog } from '../../src/domain/random/precise-log.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { decodeFloat32, golden } from '../support/golden.js';
import { testSize } from '../support/test-size.js';

const sha256 = (values: Float32Array | Float64Array): string =>
  createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex');

const draws = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

describe('outputSamples', () => {
  const reference = golden<Record<string, number[] & string & number>>('samples');

  it('are those of NumPy, bit for bit', () => {
    const samples = outputSamples();
    expect([...samples.slice(0, 20)]).toEqual(reference.first20_f64);
    expect([...samples.slice(-5)]).toEqual(reference.last5_f64);
    expect(sha256(samples)).toBe(reference.sha256_f64_le);
    expect(sha256(Float32Array.from(samples))).toBe(reference.sha256_f32_le);
    expect(Float32Array.from(samples)).toEqual(decodeFloat32(reference.all_f32_base64_le!));
  });

  it('are a new array at each call', () => {
    outputSamples().fill(0);
    expect(outputSamples()[0]).toBe(1.764052345967664);
  });
});

describe('Mt19937', () => {
  it('gives the published numbers of the seed 5489', () => {
    const generator = new Mt19937(5489);
    const first = draws(3, () => generator.bits());
    expect(first).toEqual([3499211612, 581869302, 3890346734]);
    // The C++ standard, [rand.predef]: the 10,000th number of mt19937.
    expect(draws(9997, () => generator.bits()).at(-1)).toBe(4123659995);
  });

  it('gives the uniform numbers of numpy.random.seed(0)', () => {
    const generator = new Mt19937(0);
    expect(draws(2, () => generator.uniform())).toEqual([0.5488135039273248, 0.7151893663724195]);
  });
});

describe('preciseLog', () => {
  it('is within a last place of Math.log, which it corrects', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
        const log = Math.log(x);
        expect(Math.abs(preciseLog(x) - log)).toBeLessThanOrEqual(2 ** -52 * Math.abs(log));
      }),
      { numRuns: testSize({ small: 300, full: 30_000 }) },
    );
  });

  it.each([
    [1, 0],
    [2, Math.LN2],
    [0.5, -Math.LN2],
    // mpmath, 50 digits
    [0.8983774131025271, -0.10716501712225035],
    [1 + 2 ** -52, 2 ** -52 - 2 ** -105],
    [1e-300, -690.7755278982137],
  ])('of %d is %d', (x, expected) => {
    expect(preciseLog(x)).toBe(expected);
  });
});

/** Written down from the first version: what a seed gives must not change, for studies resume with it. */
const FIRST_OF_42 = [0.23657171182455095, 0.5133914310603027, 0.5759956201691067];

describe('SeededRandom', () => {
  it('gives the same numbers for the same seed, on every machine', () => {
    const random = new SeededRandom(42);
    expect(draws(3, () => random.next())).toEqual(FIRST_OF_42);
    expect(new SeededRandom('42').next()).toBe(FIRST_OF_42[0]);
  });

  it('gives different numbers for different seeds', () => {
    const seeds = [0, 1, 2, -1, 0.5, '', 'a', 'b', 'ab', 'ba', 'study:1', 'study:2', 2 ** 40, 2 ** 40 + 1];
    expect(new Set(seeds.map((seed) => new SeededRandom(seed).next())).size).toBe(seeds.length);
  });

  it('is uniform in [0, 1)', () => {
    const random = new SeededRandom('uniform');
    const counts = new Array<number>(10).fill(0);
    for (const value of draws(20_000, () => random.next())) counts[Math.floor(10 * value)]!++;
    // Chi-squared with 9 degrees of freedom exceeds 33.7 once in 10,000 seeds.
    expect(counts.reduce((sum, n) => sum + (n - 2000) ** 2 / 2000, 0)).toBeLessThan(33.7);
  });

  it('draws whole numbers below the bound, all of them', () => {
    const random = new SeededRandom('integers');
    expect(new Set(draws(500, () => random.integer(6)))).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    expect(random.integer(1)).toBe(0);
  });

  it.each([0, -1, 1.5, Number.NaN, Infinity])('refuses %d as a bound', (below) => {
    expect(() => new SeededRandom(1).integer(below)).toThrow(RangeError);
  });

  it('shuffles without loss, and leaves its argument alone', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const before = [...items];
        const shuffled = new SeededRandom(seed).shuffle(items);
        expect(shuffled.toSorted()).toEqual(before.toSorted());
        expect(items).toEqual(before);
      }),
    );
  });

  it('shuffles to every order', () => {
    const orders = draws(200, () => '').map((_, i) => new SeededRandom(i).shuffle(['a', 'b', 'c']).join(''));
    expect(new Set(orders).size).toBe(6);
  });

  it('draws normal numbers of mean 0 and variance 1', () => {
    const random = new SeededRandom('normal');
    const values = draws(20_000, () => random.normal());
    const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
    const variance = values.reduce((sum, v) => sum + v * v, 0) / values.length;
    const kurtosis = values.reduce((sum, v) => sum + v ** 4, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(variance).toBeCloseTo(1, 1);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.3);
  });
});
