import { describe, expect, it } from 'vitest';
import { differentiate } from '../../src/domain/analysis/derivative.js';
import { normalization } from '../../src/domain/analysis/normalization.js';
import { parseExpression } from '../../src/domain/expression/expression.js';
import { evaluate } from '../../src/domain/features/evaluate.js';
import { outputSamples } from '../../src/domain/features/samples.js';
import { exportFunction } from '../../src/export/export-function.js';
import { testSize } from '../support/test-size.js';
import { OPERATOR_EXPRESSIONS, randomExpressions, SIGNED_ZEROS, TRICKY_EXPRESSIONS } from './expressions.js';
import { importTypescript, typeErrors } from './typescript-module.js';

/** The 1,000 samples, and where functions end. */
const POINTS = [...outputSamples(), 0, -0, 30, -30, 800, -800, 1e-300, Infinity, -Infinity, Number.NaN];
const RANDOM = testSize({ small: 50, full: 2000 });

/** The exported module has powers of the JavaScript engine, which may differ in the last bits. */
const POWER_TOLERANCE = 1e-12;

/**
 * f' by central differences, extrapolated.
 * @returns undefined where two steps do not agree: at kinks, poles, and where float64 cancels
 */
function slope(f: (x: number) => number, x: number): number | undefined {
  const central = (h: number): number => (f(x + h) - f(x - h)) / (2 * h);
  const at = (h: number): number => (4 * central(h / 2) - central(h)) / 3;
  const [wide, narrow] = [at(1e-3), at(3e-4)];
  return Math.abs(wide - narrow) <= 1e-6 * Math.max(1, Math.abs(narrow)) ? narrow : undefined;
}

describe('the TypeScript target', () => {
  const all = [
    ...OPERATOR_EXPRESSIONS,
    ...TRICKY_EXPRESSIONS,
    ...SIGNED_ZEROS,
    ...randomExpressions(RANDOM, 'typescript'),
  ];
  let compared = 0;

  it.each(all)('%s has our values, and the derivative of finite differences', async (fn) => {
    const { code, name } = exportFunction(fn, { to: 'typescript' });
    const { value, derivative } = await importTypescript(code, name);
    const expected = evaluate(parseExpression(fn), POINTS);
    const exact = !/pow\(/.test(fn);
    const near = (a: number, b: number): boolean =>
      Object.is(a, b) || (!exact && Math.abs(a - b) <= POWER_TOLERANCE * Math.max(1, Math.abs(b)));
    const wrong = POINTS.map((x, i) => ({ x, actual: value(x), expected: expected[i]! })).filter(
      ({ actual, expected }) => !near(actual, expected),
    );
    expect(wrong).toEqual([]);

    const slopes = POINTS.slice(0, 1000).map((x) => ({ x, actual: derivative(x), expected: slope(value, x) }));
    // Where the chain rule meets 0 times infinity, as in training, it has no answer.
    const { derivatives } = differentiate(parseExpression(fn), POINTS.slice(0, 1000));
    const missing = slopes.filter(({ x, actual }, i) => {
      return !Number.isNaN(value(x)) && Number.isNaN(actual) !== Number.isNaN(derivatives[i]);
    });
    expect(missing).toEqual([]);
    const smooth = slopes.filter(
      ({ actual, expected }) => expected !== undefined && Number.isFinite(expected) && !Number.isNaN(actual),
    );
    compared += smooth.length;
    const off = smooth.filter(
      ({ actual, expected }) => !(Math.abs(actual - expected!) <= 1e-5 * Math.max(1, Math.abs(expected!))),
    );
    expect(off).toEqual([]);
  });

  it('was compared with finite differences at most points', () => {
    expect(compared / (1000 * all.length)).toBeGreaterThan(0.7);
  });

  it('normalises value and derivative', async () => {
    const fn = 'max(relu(x),cosh(elu(x)))';
    const { mean, std } = normalization(parseExpression(fn));
    const plain = exportFunction(fn, { to: 'typescript' });
    const normalised = exportFunction(fn, { to: 'typescript', normalize: true });
    expect(normalised.normalization).toEqual({ mean, std });
    const [f, g] = await Promise.all([plain, normalised].map(({ code, name }) => importTypescript(code, name)));
    for (const x of POINTS.slice(0, 50)) {
      expect(g!.value(x)).toBe((f!.value(x) - mean) / std);
      expect(g!.derivative(x)).toBe(f!.derivative(x) / std);
    }
  });

  it('compiles under the strictest settings', () => {
    const fns = [...OPERATOR_EXPRESSIONS, ...TRICKY_EXPRESSIONS];
    expect(typeErrors(fns.map((fn) => exportFunction(fn, { to: 'typescript' }).code))).toEqual([]);
  });
});
