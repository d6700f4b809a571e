import { describe, expect, it } from 'vitest';
import { type Expression, parseExpression, X } from '../../src/domain/expression/expression.js';
import { evaluate } from '../../src/domain/features/evaluate.js';
import { ALL_OPERATORS, operatorNames, STANDARD_OPERATORS } from '../../src/domain/operators/index.js';
import type { OperatorSet, UnaryOperator } from '../../src/domain/operators/types.js';
import { comparePrecisely, preciseValue } from '../../src/kernels/precise-comparison.js';
import { PRECISE_OPERATORS } from '../../src/kernels/precise-operators.js';

const compare = (a: string, b: string, x: number) => comparePrecisely(parseExpression(a), parseExpression(b), x);

describe('preciseValue', () => {
  it('knows every operator', () => {
    expect([...PRECISE_OPERATORS.keys()].sort()).toEqual(operatorNames(ALL_OPERATORS).sort());
  });

  const POINTS = [-49.7, -20, -3.3, -1.5, -0.3, -1e-5, 0, 1e-7, 0.1, 0.4, 1.7, 2.5, 4, 9, 30, 49.7];
  // gelu's float64 form cancels on the left.
  const points = (name: string): number[] => (name === 'gelu' ? POINTS.filter((x) => x > -2) : POINTS);

  it.each(ALL_OPERATORS.unary)('of $name agrees with float64 to some units in the last place', ({ name }) => {
    const expression: Expression = { kind: 'call', operator: name, args: [X] };
    for (const x of points(name)) {
      const exact = preciseValue(expression, x, 40)!.toNumber();
      const value = evaluate(expression, [x])[0]!;
      if (value !== exact) expect(Math.abs(value / exact - 1), `at ${x}`).toBeLessThan(3e-15);
    }
  });

  it.each([...ALL_OPERATORS.binary.map(({ name }) => `${name}(softplus(x),tanh(x))`), 'max_n(x,tanh(x),erf(x))'])(
    'of %s agrees with float64',
    (text) => {
      const expression = parseExpression(text);
      for (const x of [-2.3, -0.1, 0.7, 3]) {
        expect(preciseValue(expression, x, 40)!.toNumber() / evaluate(expression, [x])[0]!).toBeCloseTo(1, 14);
      }
    },
  );

  // 40 digits by mpmath 1.4.1.
  it.each([
    ['erfc(x)', 10, '2.088487583762544757000786294957788611561e-45'],
    ['erfc(x)', 3.5, '7.430983723414127455236837560956357206601e-7'],
    ['erf(x)', 0.5, '0.5204998778130465376827466538919645287365'],
    ['gelu(x)', -20, '-5.507248237212467390151245561714930665615e-88'],
    ['bessel_i0e(x)', 3, '0.2430003541618253984726128470796393901446'],
    ['bessel_i0e(x)', 100, '0.03994437929909668264755870515527480540653'],
    ['bessel_i1e(x)', 100, '0.03974415302513025267363893098816454579625'],
    ['arcsinh(x)', 0.001, '0.0009999998333334083541053618099610337840159'],
    ['tanh(x)', 0.001, '0.0009999996666668000207626926629550768958706'],
    ['expm1(x)', 1e-8, '1.000000005000000037589227747687415439406e-8'],
    ['softplus(x)', -3, '0.04858735157374205875892591985468999794188'],
  ])('of %s at %d is %s', (text, x, expected) => {
    const value = preciseValue(parseExpression(text), x, 60)!;
    expect(Math.abs(value.div(expected).sub(1).toNumber())).toBeLessThan(1e-38);
  });
});

describe('comparePrecisely', () => {
  it.each([
    ['sub(exp(x),expm1(x))', 'one(x)', 40, 'equal'],
    ['sub(one(x),erf(x))', 'erfc(x)', 20, 'equal'],
    ['sub(cosh(x),sinh(x))', 'exp(negative(x))', 50, 'equal'],
    ['sub(exp(x),exp(x))', 'zero(x)', 40, 'equal'],
    ['sub(add(one(x),erfc(x)),one(x))', 'erfc(x)', 20, 'equal'],
    ['pow(x,add(one(x),one(x)))', 'square(x)', -1.3, 'equal'],
    ['max(exp(x),square(x))', 'exp(x)', -3, 'different'],
    ['add(x,erfc(x))', 'x', -1, 'different'],
    ['pow(negative(one(x)),x)', 'x', 0.5, 'one-undefined'],
    ['pow(negative(one(x)),x)', 'div(zero(x),zero(x))', 0.5, 'both-undefined'],
    ['sub(cosh(cosh(x)),sinh(cosh(x)))', 'exp(negative(cosh(x)))', 10, 'undecided'],
    ['reciprocal(zero(x))', 'div(one(x),zero(x))', 1, 'equal'],
    ['pow(zero(x),erfc(x))', 'zero(x)', 28, 'equal'],
    ['pow(zero(x),negative(x))', 'reciprocal(zero(x))', 2, 'equal'],
    ['pow(softsign(x),reciprocal(zero(x)))', 'zero(x)', 5, 'equal'],
    ['tanh(exp(x))', 'div(sinh(exp(x)),cosh(exp(x)))', 40, 'undecided'],
    ['exp(negative(exp(x)))', 'reciprocal(exp(exp(x)))', 40, 'undecided'],
  ])('%s and %s at %d: %s', (a, b, x, expected) => {
    expect(compare(a, b, x)).toBe(expected);
  });

  it('takes the float64 for x, not the decimal number that it is printed as', () => {
    expect(preciseValue(parseExpression('x'), 0.1, 80)!.toFixed(60)).toMatch(/^0\.1000000000000000055511151231257827/);
  });

  it('does not decide about operators of the user', () => {
    const cube: UnaryOperator = { name: 'cube', arity: 1, evaluate: (x) => x ** 3, tensor: (tf, x) => tf.pow(x, 3) };
    const own: OperatorSet = { ...STANDARD_OPERATORS, unary: [...STANDARD_OPERATORS.unary, cube] };
    expect(comparePrecisely(parseExpression('cube(x)', own), X, 1)).toBe('undecided');
  });
});
