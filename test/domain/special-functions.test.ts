import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { besselI0e, besselI1e } from '../../src/domain/special-functions/bessel.js';
import { chebyshevSum } from '../../src/domain/special-functions/chebyshev.js';
import { erf, erfc } from '../../src/domain/special-functions/error-functions.js';
import { golden } from '../support/golden.js';

const reference = golden<{ x: number[] } & Record<'erf' | 'erfc' | 'i0e' | 'i1e', number[]>>('special-functions');

/** Units in the last place of the exact value; denormal numbers count as their smallest normal neighbour. */
const lastPlaces = (actual: number, exact: number): number =>
  Math.abs(actual - exact) / Math.max(2 ** -52 * Math.abs(exact), 2 ** -1060);

describe('special functions', () => {
  it.each([
    ['erf', erf],
    ['erfc', erfc],
    ['i0e', besselI0e],
    ['i1e', besselI1e],
  ] as const)('%s is within 4 last places of the exact value', (name, f) => {
    const wrong = reference.x
      .map((x, i) => ({ x, actual: f(x), exact: reference[name][i]! }))
      .filter(({ actual, exact }) => !(lastPlaces(actual, exact) <= 4));
    expect(wrong).toEqual([]);
  });

  it.each([
    ['erf', erf, [1, -1]],
    ['erfc', erfc, [0, 2]],
    ['i0e', besselI0e, [0, 0]],
    ['i1e', besselI1e, [0, -0]],
  ] as const)('%s has its limits at infinity, and NaN for NaN', (_, f, limits) => {
    expect([f(Infinity), f(-Infinity)]).toEqual(limits);
    expect(f(Number.NaN)).toBeNaN();
  });

  it('keep the sign of zero where they are odd', () => {
    expect([erf(-0), besselI1e(-0)]).toEqual([-0, -0]);
  });

  it('have their symmetries', () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 30, noNaN: true }), (x) => {
        expect(erf(-x)).toBe(-erf(x));
        expect(besselI0e(-x)).toBe(besselI0e(x));
        expect(besselI1e(-x)).toBe(-besselI1e(x));
        expect(erfc(x) + erfc(-x)).toBeCloseTo(2, 14);
      }),
    );
  });

  it('are continuous where one series takes over from another', () => {
    for (const [f, x] of [
      [erf, 1],
      [erfc, 0.5],
      [besselI0e, 8],
      [besselI1e, 8],
    ] as const) {
      expect(f(x * (1 + 1e-15)) / f(x)).toBeCloseTo(1, 13);
    }
  });
});

describe('chebyshevSum', () => {
  it('sums Chebyshev polynomials', () => {
    fc.assert(
      fc.property(fc.double({ min: -1, max: 1, noNaN: true }), (u) => {
        const expected = 2 + 3 * u + 5 * (2 * u * u - 1) + 7 * (4 * u ** 3 - 3 * u);
        expect(chebyshevSum([2, 3, 5, 7], u)).toBeCloseTo(expected, 12);
      }),
    );
  });
});
