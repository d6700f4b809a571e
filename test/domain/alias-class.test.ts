import { describe, expect, it } from 'vitest';
import { ALIAS_CLASSES, compareAliases } from '../../src/domain/analysis/alias-class.js';
import { mergeFunctions, randomMergedPairs } from '../../src/domain/analysis/merged-functions.js';
import { parseExpression } from '../../src/domain/expression/expression.js';
import { canonicalHash } from '../../src/domain/features/canonical-hash.js';
import { evaluateFloat32 } from '../../src/domain/features/evaluate-float32.js';
import { OUTPUT_INPUTS, outputFeatures } from '../../src/domain/features/output-features.js';
import { comparePrecisely } from '../../src/kernels/precise-comparison.js';
import { testSize } from '../support/test-size.js';

const compare = (a: string, b: string) => compareAliases(parseExpression(a), parseExpression(b), { comparePrecisely });

describe('compareAliases', () => {
  it.each([
    ['swish(x)', 'mul(x,sigmoid(x))', 'equal'],
    ['relu(x)', 'max(x,zero(x))', 'kink'],
    ['exp(square(x))', 'pow(exp(x),x)', 'gradient'],
    ['erfc(x)', 'sub(one(x),erf(x))', 'cancellation'],
    ['exp(negative(x))', 'sub(cosh(x),sinh(x))', 'cancellation'],
    ['one(x)', 'div(erfc(x),erfc(x))', 'overflow'],
    ['tanh(exp(x))', 'div(sinh(exp(x)),cosh(exp(x)))', 'overflow'],
    ['pow(erf(x),abs(x))', 'pow(erf(x),elu(x))', 'nan'],
    ['x', 'min(x,exp(exp(one(x))))', 'different'],
  ] as const)('%s and %s: %s', (a, b, expected) => {
    expect(compare(a, b).class).toBe(expected);
  });

  it('tells where they differ, nearest to 0', () => {
    expect(compare('relu(x)', 'max(x,zero(x))')).toEqual({ class: 'kink', at: 0, pair: [0, 1], inside: 0, outside: 0 });
    const { at, inside, outside } = compare('x', 'min(x,exp(exp(one(x))))');
    expect(at).toBeGreaterThan(Math.exp(Math.E));
    expect(at).toBeLessThan(16);
    expect(inside).toBe(0);
    expect(outside / 4096).toBeCloseTo((50 - Math.exp(Math.E)) / 100, 1);
  });

  it('counts differences within the range of the samples', () => {
    expect(compare('x', 'relu(x)')).toMatchObject({ class: 'different', inside: expect.any(Number) });
    expect(compare('x', 'relu(x)').inside).toBeGreaterThan(2000);
  });
});

describe('functions of one hash', () => {
  const PAIRS = testSize({ small: 200, full: 10_000 });
  const functions = mergeFunctions(['unary(unary(x))', 'binary(unary(x),unary(x))']);

  it('are found and named as one by one', () => {
    expect(functions.names).toHaveLength(5832);
    const byHash = new Map(functions.names.map((name) => [canonicalHash(outputFeatures(name)), name]));
    expect(functions.representatives).toHaveLength(byHash.size);
    expect(functions.representatives).toContain('abs(relu(x))');
  });

  it(`are the same within the range of the samples, in exact arithmetic: ${PAIRS} random pairs`, () => {
    const wrong = randomMergedPairs(functions, PAIRS, 'test pairs')
      .map((pair, i) => {
        const [a, b] = [pair.representative, pair.alias].map((name) => parseExpression(name));
        return { ...pair, ...compareAliases(a!, b!, { comparePrecisely, seed: `test pair ${i}` }) };
      })
      // Next to a zero of the function a form may cancel: sub(sinh(x),expm1(x)) at 2e-6.
      .filter(({ class: kind, inside }) => (inside > 0 && kind !== 'cancellation') || kind === 'different');
    expect(wrong).toEqual([]);
  }, 600_000);

  it('give the same pairs for the same seed', () => {
    const pairs = randomMergedPairs(functions, 3, 'a');
    expect(pairs).toEqual(randomMergedPairs(functions, 3, 'a'));
    expect(pairs).not.toEqual(randomMergedPairs(functions, 3, 'b'));
    expect(pairs.every(({ representative, alias }) => representative !== alias)).toBe(true);
  });
});

describe('evaluateFloat32', () => {
  it('rounds after every operator, where float64 merges', () => {
    const [a, b] = ['sub(one(x),erf(x))', 'erfc(x)'].map((text) => parseExpression(text));
    const hash = (values: Float32Array): string => canonicalHash(values);
    expect(hash(outputFeatures(a!))).toBe(hash(outputFeatures(b!)));
    expect(hash(evaluateFloat32(a!, OUTPUT_INPUTS))).not.toBe(hash(evaluateFloat32(b!, OUTPUT_INPUTS)));
  });

  it('overflows and flushes where float32 does', () => {
    const at = (text: string, x: number): number => evaluateFloat32(parseExpression(text), [x])[0]!;
    expect(at('exp(x)', 89)).toBe(Infinity);
    expect(at('exp(x)', -100)).toBe(0);
    expect(at('sum_n(x,x,negative(x))', 2 ** 127)).toBe(Infinity);
    expect(at('reciprocal(square(x))', 1e-30)).toBe(Infinity);
  });

  it('has as many classes as there are', () => {
    expect(new Set(ALIAS_CLASSES).size).toBe(ALIAS_CLASSES.length);
  });
});
