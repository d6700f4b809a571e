import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { EigenvaluePool } from '../../src/kernels/eigenvalue-pool.js';
import { plainSymmetricEigenvalues, symmetricEigenvalues } from '../../src/kernels/symmetric-eigenvalues.js';
import { compileKernel } from '../../src/kernels/wasm-kernel.js';
import { testSize } from '../support/test-size.js';

/** A symmetric matrix with the given entries of its lower triangle. */
function symmetric(n: number, entry: (i: number, j: number) => number): Float64Array {
  const a = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = entry(i, j);
  return a;
}

/** X·Xᵀ for a random n×rank X: eigenvalue 0 comes n - rank times. */
function ofRank(n: number, rank: number, random: SeededRandom): Float64Array {
  const x = Float64Array.from({ length: n * rank }, () => random.normal());
  return symmetric(n, (i, j) => {
    let sum = 0;
    for (let k = 0; k < rank; k++) sum += x[i * rank + k]! * x[j * rank + k]!;
    return sum;
  });
}

function expectTwins(matrix: Float64Array, n: number): void {
  const found = symmetricEigenvalues(matrix, n);
  const plain = plainSymmetricEigenvalues(matrix, n);
  const largest = Math.max(Math.abs(plain[0] ?? 0), Math.abs(plain.at(-1) ?? 0));
  expect(found.length).toBe(n);
  for (const [k, value] of plain.entries())
    expect(Math.abs(found[k]! - value)).toBeLessThanOrEqual(1e-14 * n * largest);
}

describe('eigenvalues in WebAssembly and in plain TypeScript agree', () => {
  it.each([0, 1, 2, 3, 4, 5, 7, 16, 33, 64, 101, 145, 222])('for random matrices of order %i', (n) => {
    const random = new SeededRandom(n);
    expectTwins(
      symmetric(n, () => random.normal()),
      n,
    );
  });

  it('for any order, size and share of zeros, one matrix after another', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: -300, max: 300 }),
        fc.integer(),
        (n, dense, power, seed) => {
          const random = new SeededRandom(seed);
          const entry = () => (random.integer(5) > dense ? 0 : random.normal() * 10 ** power);
          expectTwins(symmetric(n, entry), n);
        },
      ),
      { numRuns: testSize({ small: 100, full: 3000 }) },
    );
  });

  it('for matrices of less than full rank, whose zeros stay within rounding', () => {
    for (const [n, rank] of [
      [40, 1],
      [61, 20],
      [120, 119],
    ] as const) {
      const matrix = ofRank(n, rank, new SeededRandom(n));
      expectTwins(matrix, n);
      const values = symmetricEigenvalues(matrix, n);
      const zeros = values.filter((value) => Math.abs(value) <= 1e-13 * values.at(-1)!);
      expect(zeros.length).toBe(n - rank);
    }
  });

  it('for matrices graded over 200 orders of magnitude, from the top, from the bottom and mixed', () => {
    const n = 41;
    const random = new SeededRandom(4);
    const grades = [(i: number) => -5 * i, (i: number) => -5 * (n - 1 - i), (i: number) => -5 * ((7 * i) % n)];
    for (const grade of grades) {
      const matrix = symmetric(n, (i, j) => random.normal() * 10 ** ((grade(i) + grade(j)) / 2));
      expectTwins(matrix, n);
      expect(symmetricEigenvalues(matrix, n).every(Number.isFinite)).toBe(true);
    }
  });

  it('for clustered eigenvalues', () => {
    const n = 90;
    const random = new SeededRandom(6);
    const u = Float64Array.from({ length: n }, () => random.normal());
    const square = u.reduce((sum, x) => sum + x * x, 0);
    // A reflection of a diagonal of three values, two of them 1e-10 apart.
    const spectrum = Float64Array.from({ length: n }, (_, i) => [1, 1 + 1e-10, -2][i % 3]!);
    const reflected = symmetric(n, (i, j) => {
      let sum = i === j ? spectrum[i]! : 0;
      sum -= (2 * u[i]! * u[j]! * (spectrum[i]! + spectrum[j]!)) / square;
      for (let k = 0; k < n; k++) sum += (4 * u[i]! * u[k]! * spectrum[k]! * u[k]! * u[j]!) / square ** 2;
      return sum;
    });
    expectTwins(reflected, n);
    for (const value of symmetricEigenvalues(reflected, n)) {
      expect(Math.min(Math.abs(value - 1), Math.abs(value - 1 - 1e-10), Math.abs(value + 2))).toBeLessThan(1e-13);
    }
  });
});

describe('the eigenvalue pool', () => {
  const pool = new EigenvaluePool(2);
  afterAll(() => pool.close());

  it('solves several problems at once, to the bit as one after another', async () => {
    const random = new SeededRandom(9);
    const problems = [30, 1, 77, 0, 64].map((n) => ({ n, matrix: symmetric(n, () => random.normal()) }));
    const found = await Promise.all(problems.map(({ matrix, n }) => pool.solve(matrix, n)));
    expect(found).toEqual(problems.map(({ matrix, n }) => symmetricEigenvalues(matrix, n)));
    expect(problems[0]!.matrix.length).toBe(900);
  });

  it('rejects what does not fit', async () => {
    await expect(pool.solve(new Float64Array(3), 2)).rejects.toThrow(/order 2 needs 4 entries, not 3/);
  });
});

describe('a kernel that was not built', () => {
  it('is an error that says what to do', () => {
    expect(() => compileKernel('no-such-kernel')).toThrow(/no-such-kernel\.wasm: run `npm run build`/);
  });
});
