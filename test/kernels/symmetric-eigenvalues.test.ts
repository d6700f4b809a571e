import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { symmetricEigenvalues } from '../../src/kernels/symmetric-eigenvalues.js';
import { tridiagonalEigenvalues } from '../../src/kernels/tridiagonal-eigenvalues.js';
import { testSize } from '../support/test-size.js';

/** The matrix of entries f(row, column), row-major. */
const matrixOf = (n: number, f: (row: number, column: number) => number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, k) => f(Math.floor(k / n), k % n));

/** Q·diag(spectrum)·Qᵀ, Q a product of random reflections, so that the spectrum is known. */
function withSpectrum(spectrum: readonly number[], seed: number): Float64Array {
  const n = spectrum.length;
  const random = new SeededRandom(seed);
  const a = matrixOf(n, (i, j) => (i === j ? spectrum[i]! : 0));
  for (let reflection = 0; reflection < 3; reflection++) {
    const v = Float64Array.from({ length: n }, () => random.normal());
    const length = Math.hypot(...v);
    const unit = v.map((x) => x / length);
    for (const [stride, step] of [
      [n, 1],
      [1, n],
    ] as const) {
      for (let line = 0; line < n; line++) {
        let dot = 0;
        for (let k = 0; k < n; k++) dot += unit[k]! * a[line * stride + k * step]!;
        for (let k = 0; k < n; k++) a[line * stride + k * step]! -= 2 * dot * unit[k]!;
      }
    }
  }
  return a;
}

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

function expectSpectrum(found: Float64Array, expected: readonly number[], tolerance = 1e-13): void {
  const largest = Math.max(...expected.map(Math.abs));
  const sorted = ascending(expected);
  expect(found.length).toBe(sorted.length);
  for (const [i, value] of found.entries()) {
    expect(Math.abs(value - sorted[i]!)).toBeLessThanOrEqual(tolerance * largest);
  }
}

describe('symmetric eigenvalues', () => {
  it('are none for order 0, the entry for order 1, the roots of the characteristic polynomial for order 2', () => {
    expect([...symmetricEigenvalues(new Float64Array(0), 0)]).toEqual([]);
    expect([...symmetricEigenvalues(Float64Array.of(-3), 1)]).toEqual([-3]);
    expectSpectrum(symmetricEigenvalues(Float64Array.of(2, 1, 1, 2), 2), [1, 3]);
    expectSpectrum(symmetricEigenvalues(Float64Array.of(0, 5, 5, 0), 2), [-5, 5]);
  });

  it('are the diagonal of a diagonal matrix, the identity and zero included', () => {
    const diagonal = [3, -1, 0, 3, 7, 1e-8];
    expect([
      ...symmetricEigenvalues(
        matrixOf(6, (i, j) => (i === j ? diagonal[i]! : 0)),
        6,
      ),
    ]).toEqual(ascending(diagonal));
    expect([
      ...symmetricEigenvalues(
        matrixOf(5, (i, j) => Number(i === j)),
        5,
      ),
    ]).toEqual([1, 1, 1, 1, 1]);
    expect([...symmetricEigenvalues(new Float64Array(9), 3)]).toEqual([0, 0, 0]);
  });

  it('are 2 - 2·cos(kπ/(n+1)) for the second difference', () => {
    for (const n of [3, 10, 97]) {
      const a = matrixOf(n, (i, j) => (i === j ? 2 : Math.abs(i - j) === 1 ? -1 : 0));
      const expected = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)));
      expectSpectrum(symmetricEigenvalues(a, n), expected);
    }
  });

  it('are n and zeros for the matrix of ones', () => {
    expectSpectrum(
      symmetricEigenvalues(
        matrixOf(33, () => 1),
        33,
      ),
      [33, ...new Array<number>(32).fill(0)],
    );
  });

  it('are the frequencies of a symmetric circulant matrix, every second one double', () => {
    const n = 24;
    const a = matrixOf(n, (i, j) => Math.exp(-Math.min(Math.abs(i - j), n - Math.abs(i - j))));
    const expected = Array.from({ length: n }, (_, k) => {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += a[j]! * Math.cos((2 * Math.PI * j * k) / n);
      return sum;
    });
    expectSpectrum(symmetricEigenvalues(a, n), expected);
  });

  it.each([1, 2, 3, 4, 5, 8, 13, 64, 145])('recover a spectrum over 12 orders of magnitude, of order %i', (n) => {
    const spectrum = Array.from({ length: n }, (_, i) => (i % 3 === 0 ? -1 : 1) * 10 ** ((-12 * i) / n));
    expectSpectrum(symmetricEigenvalues(withSpectrum(spectrum, n), n), spectrum);
  });

  it('keep trace and Frobenius norm, for any symmetric matrix', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer(),
        fc.integer({ min: -250, max: 250 }),
        (n, seed, power) => {
          const random = new SeededRandom(seed);
          const unit = 10 ** power;
          const a = new Float64Array(n * n);
          for (let i = 0; i < n; i++) {
            for (let j = 0; j <= i; j++)
              a[i * n + j] = a[j * n + i] = random.integer(3) === 0 ? 0 : random.normal() * unit;
          }
          const values = symmetricEigenvalues(a, n);
          const scaled = [...values].map((x) => x / unit);
          const entries = [...a].map((x) => x / unit);
          const norm = Math.hypot(...entries);
          expect([...values]).toEqual(ascending([...values]));
          const trace = entries.filter((_, k) => k % (n + 1) === 0).reduce((x, y) => x + y, 0);
          expect(Math.abs(scaled.reduce((x, y) => x + y, 0) - trace)).toBeLessThanOrEqual(1e-12 * norm);
          expect(Math.abs(Math.hypot(...scaled) - norm)).toBeLessThanOrEqual(1e-12 * norm);
        },
      ),
      { numRuns: testSize({ small: 200, full: 5000 }) },
    );
  });

  it('of a Gram matrix XᵀX are those of XXᵀ and zeros', () => {
    const random = new SeededRandom(8);
    const [rows, columns] = [10, 30];
    const x = Float64Array.from({ length: rows * columns }, () => random.normal());
    const inner = (length: number, strideA: number, stepA: number) => (i: number, j: number) => {
      let sum = 0;
      for (let k = 0; k < length; k++) sum += x[i * strideA + k * stepA]! * x[j * strideA + k * stepA]!;
      return sum;
    };
    const small = symmetricEigenvalues(matrixOf(rows, inner(columns, columns, 1)), rows);
    const large = symmetricEigenvalues(matrixOf(columns, inner(rows, 1, columns)), columns);
    expectSpectrum(large, [...small, ...new Array<number>(columns - rows).fill(0)]);
  });

  it('are all NaN for an entry that is not finite', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const a = matrixOf(4, (i, j) => (i === 2 && j === 1 ? bad : 1));
      expect([...symmetricEigenvalues(a, 4)]).toEqual(new Array(4).fill(Number.NaN));
    }
  });

  it('stay finite and exact at the ends of the range of doubles', () => {
    for (const unit of [1e-300, 1e300, 5e-324]) {
      const values = symmetricEigenvalues(
        Float64Array.of(2, 1, 1, 2).map((x) => x * unit),
        2,
      );
      expect(values[0]! / unit).toBeCloseTo(1, 10);
      expect(values[1]! / unit).toBeCloseTo(3, 10);
    }
    // Entries whose squares vanish beside the largest.
    const graded = matrixOf(4, (i, j) => (i === j ? [1, 1e-90, 1e-170, 1e-250][i]! : 1e-160 * (1 + i + j)));
    expect(symmetricEigenvalues(graded, 4).every(Number.isFinite)).toBe(true);
  });

  it('leave the matrix as it is and read its lower triangle only', () => {
    const a = Float64Array.of(2, 99, 1, 2);
    expectSpectrum(symmetricEigenvalues(a, 2), [1, 3]);
    expect([...a]).toEqual([2, 99, 1, 2]);
  });

  it('need n² entries', () => {
    expect(() => symmetricEigenvalues(new Float64Array(5), 2)).toThrow(/order 2 needs 4 entries, not 5/);
  });
});

describe('tridiagonal eigenvalues', () => {
  it('hold pairs that agree to 14 digits for the Wilkinson matrix W21+', () => {
    const values = tridiagonalEigenvalues(
      Float64Array.from({ length: 21 }, (_, i) => Math.abs(i - 10)),
      new Float64Array(20).fill(1),
    );
    // Wilkinson 1965, page 309.
    expect(values[20]).toBeCloseTo(10.746194182903, 11);
    expect(values[19]).toBeCloseTo(10.746194182903, 11);
    expect(values[0]).toBeCloseTo(-1.125441522119, 11);
  });
});
