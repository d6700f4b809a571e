import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalization } from '../../src/domain/analysis/normalization.js';
import { integrate } from '../../src/domain/analysis/quadrature.js';
import { parseExpression } from '../../src/domain/expression/expression.js';
import { ExpressionError } from '../../src/domain/expression/expression-error.js';
import { evaluate } from '../../src/domain/features/evaluate.js';
import { STANDARD_OPERATORS } from '../../src/domain/operators/index.js';
import { erfc } from '../../src/domain/special-functions/error-functions.js';
import { type GoldenNumber, golden, toNumber } from '../support/golden.js';

interface GoldenNormalization {
  normalized: { x: number[]; fns: { fn: string; mean: GoldenNumber; std: GoldenNumber; y: GoldenNumber[] }[] };
}

const { x, fns } = golden<GoldenNormalization>('outputs').normalized;
const usable = fns.filter(({ mean, std }) => Number.isFinite(toNumber(mean)) && toNumber(std) > 0);

const of = (fn: string): { mean: number; std: number } => normalization(parseExpression(fn));

describe('normalization', () => {
  it.each(usable)('of $fn is that of the original, whose quadrature is of float32 values', ({ fn, mean, std, y }) => {
    const actual = of(fn);
    expect(actual.mean).toBeCloseTo(toNumber(mean), 7);
    expect(actual.std).toBeCloseTo(toNumber(std), 7);
    const normalized = [...evaluate(parseExpression(fn), x)].map((value) => (value - actual.mean) / actual.std);
    const wrong = normalized.filter(
      (value, i) => Math.abs(value - toNumber(y[i]!)) > 1e-6 * Math.max(1, Math.abs(value)),
    );
    expect(wrong).toEqual([]);
  });

  it.each([
    // E e^{kx} = e^{k²/2}
    ['exp(x)', Math.exp(0.5), Math.exp(2) - Math.exp(1)],
    ['sinh(x)', 0, (Math.exp(2) - 1) / 2],
    ['cosh(x)', Math.exp(0.5), (Math.exp(2) + 1) / 2 - Math.exp(1)],
    ['square(square(exp(x)))', Math.exp(8), Math.exp(32) - Math.exp(16)],
    ['square(x)', 1, 2],
    ['abs(x)', Math.sqrt(2 / Math.PI), 1 - 2 / Math.PI],
    // A jump.
    ['div(x,abs(x))', 0, 1],
    // E e^{-x²} = 1/√3, E e^{-2x²} = 1/√5
    ['exp(negative(square(x)))', 1 / Math.sqrt(3), 1 / Math.sqrt(5) - 1 / 3],
    ['erf(x)', 0, (2 / Math.PI) * Math.asin(2 / 3)],
  ])('of %s has the known moments', (fn, mean, variance) => {
    const actual = of(fn);
    expect(Math.abs(actual.mean - mean)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(mean)));
    expect(actual.std ** 2 / variance).toBeCloseTo(1, 8);
  });

  it('finds a kink that lies at no whole number', () => {
    // relu(x - c): E = φ(c) - c·Φ(-c) with c = erf(1).
    const c = 0.8427007929497149;
    const upper = erfc(c / Math.SQRT2) / 2;
    const density = Math.exp((-c * c) / 2) / Math.sqrt(2 * Math.PI);
    expect(of('relu(sub(x,erf(one(x))))').mean).toBeCloseTo(density - c * upper, 9);
  });

  it.each([
    ['exp(square(x))', 'its moments under a standard Gaussian input diverge'],
    ['exp(exp(x))', 'its moments under a standard Gaussian input diverge'],
    ['reciprocal(x)', 'its moments under a standard Gaussian input diverge'],
    ['reciprocal(zero(x))', 'its moments under a standard Gaussian input diverge'],
    ['div(one(x),sub(x,erf(one(x))))', 'its moments under a standard Gaussian input diverge'],
    ['reciprocal(erfc(x))', 'its moments under a standard Gaussian input diverge'],
    ['zero(x)', 'its variance under a standard Gaussian input is 0'],
    ['div(x,x)', 'its variance under a standard Gaussian input is 0'],
    ['pow(x,square(x))', 'it is not a number (NaN) at x = -40'],
  ])('of %s is refused', (fn, reason) => {
    expect(() => of(fn)).toThrow(
      expect.objectContaining({
        name: 'NotNormalizableError',
        kind: 'expression',
        message: expect.stringContaining(`${fn} cannot be normalized: ${reason}`),
      }),
    );
    expect(() => of(fn)).toThrow(ExpressionError);
  });

  it('gives mean 0 and variance 1 to what it normalizes', () => {
    const { mean, std } = of('max(relu(x),sinh(x))');
    const density = (at: number): number => Math.exp((-at * at) / 2) / Math.sqrt(2 * Math.PI);
    // Trapezoids, as a second method.
    const step = 1e-3;
    const grid = Float64Array.from({ length: 40_001 }, (_, i) => -20 + i * step);
    const y = evaluate(parseExpression('max(relu(x),sinh(x))'), grid).map((value) => (value - mean) / std);
    const moment = (power: number): number => y.reduce((sum, v, i) => sum + v ** power * density(grid[i]!) * step, 0);
    expect(moment(1)).toBeCloseTo(0, 5);
    expect(moment(2)).toBeCloseTo(1, 5);
  });

  it('knows only the operators that it is given', () => {
    expect(() => normalization(parseExpression('gelu(x)'), STANDARD_OPERATORS)).toThrow(ExpressionError);
  });
});

describe('integrate', () => {
  const one = (f: (x: number) => number, breakPoints: number[], options = {}) =>
    integrate((points) => [points.map(f)], breakPoints, options);

  it('is exact for polynomials up to degree 22, in one generation', () => {
    fc.assert(
      fc.property(fc.nat(22), (degree) => {
        const { integrals, converged } = one((x) => x ** degree, [0, 1], { tolerance: 1, maxDepth: 0 });
        expect(converged).toBe(true);
        expect(integrals[0]! * (degree + 1)).toBeCloseTo(1, 13);
      }),
    );
  });

  it('integrates over a pole that is integrable', () => {
    const { integrals, converged } = one((x) => 1 / Math.sqrt(x), [0, 1]);
    expect(converged).toBe(true);
    expect(integrals[0]).toBeCloseTo(2, 9);
  });

  it('says where it does not converge: poles and noise', () => {
    expect(one((x) => 1 / x, [0, 1]).converged).toBe(false);
    expect(one((x) => 1 / Math.abs(x - Math.SQRT1_2), [0, 1]).converged).toBe(false);
    expect(one((x) => Math.sin(1e9 * x), [0, 1], { maxIntervals: 100 }).converged).toBe(false);
  });
});
