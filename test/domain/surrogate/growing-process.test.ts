import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random/seeded-random.js';
import { chooseRow } from '../../../src/domain/surrogate/choose.js';
import { type Points, pointsOf } from '../../../src/domain/surrogate/points.js';
import { GrowingFactor } from '../../../src/domain/surrogate/regressors/growing-factor.js';
import { GrowingProcess } from '../../../src/domain/surrogate/regressors/growing-process.js';
import { LikelyKernel } from '../../../src/domain/surrogate/regressors/likely-kernel.js';
import { distance, matern } from '../../../src/domain/surrogate/regressors/matern.js';

const random = new SeededRandom(12);
/** 700 places in 5 dimensions: three blocks, the last not full; some are coincident, some are missing. */
const rows = Array.from({ length: 700 }, () => Array.from({ length: 5 }, () => random.normal()));
for (let i = 0; i < 20; i++) {
  rows[600 + i] = rows[20 + i]!;
  rows[650 + i] = rows[650 + i]!.map(() => Number.NaN);
}
const points = pointsOf(rows);
const value = (row: number) => Math.sin(rows[row]![0]!) + rows[row]![1]! + 0.1 * random.normal();
const values = Float64Array.from(rows, (_, row) => value(row));

/** Gauss's elimination, for what the factor is to give. */
function solvePlainly(matrix: number[][], b: number[]): number[] {
  const [a, x] = [matrix.map((row) => [...row]), [...b]];
  for (let i = 0; i < x.length; i++) {
    for (let j = i + 1; j < x.length; j++) {
      const factor = a[j]![i]! / a[i]![i]!;
      for (let k = i; k < x.length; k++) a[j]![k]! -= factor * a[i]![k]!;
      x[j]! -= factor * x[i]!;
    }
  }
  for (let i = x.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < x.length; k++) x[i]! -= a[i]![k]! * x[k]!;
    x[i]! /= a[i]![i]!;
  }
  return x;
}

const question = (samples: readonly number[], of: Points = points) => ({
  points: of,
  sampleRows: Int32Array.from(samples),
  targets: samples.map((row) => values[row]!),
  settled: { rows: Int32Array.from(samples), targets: samples.map((row) => values[row]!) },
  rows: Int32Array.from(rows.keys()).filter((row) => !samples.includes(row)),
});

describe('a Gaussian process that grows', () => {
  it('gives the posterior of the textbook', () => {
    const asked = question([3, 9, 30, 31, 77, 200, 500]);
    const { mean, uncertainty } = new GrowingProcess().predict(asked);
    const samples = [...asked.sampleRows];
    const { lengthScale, noise } = new LikelyKernel().find(points, samples, asked.targets);
    const k = (a: number, b: number) => matern(distance(points, a, b) / lengthScale);
    const covariance = samples.map((a) => samples.map((b) => k(a, b) + (a === b ? noise : 0)));
    const sum = (terms: readonly number[]) => terms.reduce((a, b) => a + b);
    const ones = samples.map(() => 1);
    const center = sum(solvePlainly(covariance, asked.targets)) / sum(solvePlainly(covariance, ones));
    const centered = asked.targets.map((target) => target - center);
    const weights = solvePlainly(covariance, centered);
    const variance = centered.reduce((sum, target, i) => sum + target * weights[i]!, 0) / samples.length;
    for (const [i, row] of asked.rows.entries()) {
      if (row >= 650 && row < 670) {
        expect([mean[i], uncertainty![i]]).toEqual([Number.NaN, Number.NaN]);
        continue;
      }
      const similar = samples.map((sample) => k(row, sample));
      expect(mean[i]).toBeCloseTo(center + similar.reduce((sum, s, j) => sum + s * weights[j]!, 0), 9);
      const explained = solvePlainly(covariance, similar).reduce((sum, s, j) => sum + s * similar[j]!, 0);
      expect(uncertainty![i]).toBeCloseTo(Math.sqrt(Math.max(0, variance * (1 - explained))), 7);
    }
  });

  it('expects far away what its crowd of good samples does not decide alone', () => {
    // Five samples on one spot count about as one.
    const far = pointsOf([[0], [0.001], [0.002], [0.003], [0.004], [1], [2], [3], [1e6]]);
    const samples = Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7);
    const targets = [1, 1, 1, 1, 1, 0, 0, 0];
    const { mean } = new GrowingProcess().predict({
      ...{ points: far, sampleRows: samples, targets, settled: { rows: samples, targets }, rows: Int32Array.of(8) },
    });
    expect(mean[0]).toBeGreaterThan(0.1);
    expect(mean[0]).toBeLessThan(0.5);
  });

  it('answers as a new one does while samples come and go, whatever may be kept', () => {
    const draws = new SeededRandom(5);
    for (const growing of [new GrowingProcess(), new GrowingProcess(50_000), new GrowingProcess(0)]) {
      let samples = draws.shuffle([...Array(40).keys()]);
      for (let step = 0; step < 25; step++) {
        const left = samples.filter(() => draws.next() < (step % 5 === 4 ? 0.97 : 1));
        const more = Array.from({ length: step === 10 ? 120 : 1 + draws.integer(3) }, () => draws.integer(600));
        samples = [...new Set([...left, ...more])];
        const asked = question(step % 2 === 0 ? samples : draws.shuffle(samples));
        const [kept, fresh] = [growing.predict(asked), new GrowingProcess().predict(asked)];
        for (const i of asked.rows.keys()) {
          if (Number.isNaN(fresh.mean[i]!)) expect(kept.mean[i]).toBeNaN();
          else expect(Math.abs(kept.mean[i]! - fresh.mean[i]!)).toBeLessThan(1e-9);
          if (!Number.isNaN(fresh.mean[i]!)) {
            expect(Math.abs(kept.uncertainty![i]! ** 2 - fresh.uncertainty![i]! ** 2)).toBeLessThan(1e-9);
          }
        }
      }
    }
  });

  it('chooses as a new one does over a search with pending trials, and follows other places', () => {
    for (const acquisition of ['greedy', 'ucb', 'ei'] as const) {
      const growing = new GrowingProcess();
      const [done, pending]: [number[], number[]] = [[0, 1, 2], []];
      for (let step = 0; step < 60; step++) {
        const moved = step < 40 ? points : { ...points, coordinates: points.coordinates.map((x) => 3 * x) };
        const input = (seed: number) => ({
          points: moved,
          waiting: Int32Array.from(rows.keys()).filter((row) => !done.includes(row) && !pending.includes(row)),
          finished: { rows: Int32Array.from(done), values: Float64Array.from(done, (row) => values[row]!) },
          pending: Int32Array.from(pending),
          ...{ acquisition, direction: 'max' as const, ranked: step % 2 === 0, random: new SeededRandom(seed) },
        });
        const chosen = chooseRow(input(step), growing)!;
        expect(chosen).toBe(chooseRow(input(step), new GrowingProcess()));
        pending.push(chosen);
        if (pending.length > 4) done.push(pending.splice(step % 3, 1)[0]!);
      }
    }
  });
});

describe('the choice of a kernel', () => {
  const samples = random.shuffle([...Array(500).keys()]).slice(0, 300);
  const targets = (of: readonly number[], noise: number) =>
    of.map((row) => Math.sin(rows[row]![0]!) + noise * random.normal());

  it('finds how noisy results are', () => {
    const find = (noise: number) => new LikelyKernel().find(points, samples, targets(samples, noise)).noise;
    expect(find(0.001)).toBeLessThan(find(0.3));
    expect(find(3)).toBe(0.5);
  });

  it('is one grid of powers of two, that the unit of places moves along', () => {
    const wide = { ...points, coordinates: points.coordinates.map((x) => 64 * x) };
    const centered = targets(samples, 0.1);
    const [a, b] = [points, wide].map((of) => new LikelyKernel().find(of, samples, centered).lengthScale);
    expect(Number.isInteger(Math.log2(a!))).toBe(true);
    expect(b).toBe(64 * a!);
  });

  it('has something to say of equal targets and coincident places', () => {
    const zeros = samples.map(() => 0);
    expect(new LikelyKernel().find(points, samples, zeros)).toMatchObject({ noise: 0.5 });
    const one = pointsOf(Array.from({ length: 5 }, () => [1, 2]));
    expect(new LikelyKernel().find(one, [0, 1, 2, 3, 4], [1, -1, 0, 2, -2]).lengthScale).toBeGreaterThan(0);
  });
});

describe('a factor that grows', () => {
  it('is the Cholesky factor, and refuses what has none', () => {
    const factor = new GrowingFactor();
    // Wikipedia's example: [4 12 -16; 12 37 -43; -16 -43 98] = L·Lᵀ with L = [2; 6 1; -8 5 3].
    for (const row of [[4], [12, 37], [-16, -43, 98]]) factor.append(Float64Array.from(row));
    expect([0, 1, 2].map((i) => Array.from(factor.row(i)))).toEqual([[2], [6, 1], [-8, 5, 3]]);
    expect(Array.from(factor.solve(Float64Array.of(2, 7, 0)))).toEqual([1, 1, 1]);
    expect(factor.halfLogDeterminant()).toBeCloseTo(Math.log(6), 12);
    factor.truncate(1);
    expect(() => factor.append(Float64Array.of(4, 4))).toThrow(/not positive definite/);
    expect(factor.size).toBe(1);
  });
});
