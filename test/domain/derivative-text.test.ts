import { describe, expect, it } from 'vitest';
import { derivativeText } from '../../src/domain/analysis/derivative-text.js';
import { parseExpression } from '../../src/domain/expression/expression.js';
import { ALL_OPERATORS } from '../../src/domain/operators/index.js';

describe('derivativeText', () => {
  it.each([
    ['x', '1'],
    ['one(exp(x))', '0'],
    ['max(relu(x),cosh(elu(x)))', "[relu(x) ≥ cosh(elu(x))]·[x > 0] + [relu(x) < cosh(elu(x))]·sinh(elu(x))·elu'(x)"],
    ['sub(x,softplus(negative(x)))', '1 + sigmoid(negative(x))'],
    ['mul(x,sigmoid(x))', 'sigmoid(x) + x·sigmoid(x)·(1 - sigmoid(x))'],
    ['negative(add(x,exp(x)))', '-(1 + exp(x))'],
    ['reciprocal(reciprocal(x))', '-1/reciprocal(x)²·(-1/x²)'],
    ['sum_n(x,exp(x),negative(x))', '1 + exp(x) - 1'],
    ['div(one(x),x)', '-one(x)/x²'],
    ['pow(x,one(x))', 'one(x)·x^(one(x) - 1)'],
    ['min(x,zero(x))', '[x ≤ zero(x)]'],
  ])('of %s is %s', (text, expected) => {
    expect(derivativeText(parseExpression(text))).toBe(expected);
  });

  it('has no operator without a text', () => {
    const names = ALL_OPERATORS.unary.map(({ name }) => name);
    expect(names.filter((name) => derivativeText(parseExpression(`${name}(x)`)) === '')).toEqual([]);
  });
});
