import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differentiate } from '../../src/domain/analysis/derivative.js';
import { type Expression, formatExpression, parseExpression, X } from '../../src/domain/expression/expression.js';
import { parseSchema, schemaInstance, schemaSize } from '../../src/domain/expression/schema.js';
import { evaluate } from '../../src/domain/features/evaluate.js';
import { ALL_OPERATORS, STANDARD_OPERATORS } from '../../src/domain/operators/index.js';
import type { OperatorSet, Tensor, Tf } from '../../src/domain/operators/types.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { evaluateTensor } from '../../src/nn/evaluate-tensor.js';
import { testSize } from '../support/test-size.js';

const EXPRESSIONS = testSize({ small: 300, full: 10_000 });
/** Every operator once, on arguments that have kinks, ties, zeros and both signs. */
const EACH_OPERATOR: Expression[] = [
  ...ALL_OPERATORS.unary.map(({ name }): Expression => ({ kind: 'call', operator: name, args: [X] })),
  ...ALL_OPERATORS.binary.map(({ name }) => parseExpression(`${name}(softplus(x),tanh(x))`)),
  ...ALL_OPERATORS.nary.map(({ name }) => parseExpression(`${name}(sinh(x),erf(x),softplus(x))`)),
];

function randomExpressions(seed: string): Expression[] {
  const random = new SeededRandom(seed);
  const schemas = ['unary(unary(unary(x)))', 'binary(unary(unary(x)),unary(x))', 'n-ary(unary(x),unary(x),unary(x))'];
  return Array.from({ length: EXPRESSIONS }, (_, i) => {
    const schema = parseSchema(schemas[i % schemas.length]!);
    return schemaInstance(schema, ALL_OPERATORS, random.integer(Number(schemaSize(schema, ALL_OPERATORS))));
  });
}

/** f' by Richardson's extrapolation over central differences, and how far its last two estimates lie apart. */
function finiteDifference(expression: Expression, x: number): { slope: number; error: number } {
  const h = [4e-3, 2e-3, 1e-3];
  const at = evaluate(expression, [...h.map((s) => x + s), ...h.map((s) => x - s)]);
  const central = h.map((s, i) => (at[i]! - at[i + 3]!) / (2 * s));
  const [coarse, fine] = [(4 * central[1]! - central[0]!) / 3, (4 * central[2]! - central[1]!) / 3];
  const noise = (1e-15 * Math.max(...at.map(Math.abs))) / 1e-3;
  return { slope: fine, error: 100 * (Math.abs(fine - coarse) + noise) };
}

describe('differentiate agrees with finite differences', () => {
  const points = Array.from({ length: 25 }, (_, i) => -3.03 + 0.2417 * i);

  it.each(EACH_OPERATOR.map((e) => [formatExpression(e), e] as const))('for %s', (_, expression) => {
    const { derivatives } = differentiate(expression, points);
    for (const [i, x] of points.entries()) {
      const { slope, error } = finiteDifference(expression, x);
      if (Number.isNaN(slope)) continue;
      expect(Math.abs(derivatives[i]! - slope)).toBeLessThanOrEqual(1e-8 * (1 + Math.abs(slope)) + error);
    }
  });

  it(`for ${EXPRESSIONS} random expressions, where they are smooth`, () => {
    let compared = 0;
    for (const expression of randomExpressions('finite differences')) {
      const { derivatives } = differentiate(expression, points);
      for (const [i, x] of points.entries()) {
        const { slope, error } = finiteDifference(expression, x);
        // Where the estimates differ there is a kink or pole near.
        if (!(error <= 1e-4 * (1 + Math.abs(slope)))) continue;
        // 0·∞ in the chain rule, as in the tensor gradients.
        if (Number.isNaN(derivatives[i]!)) continue;
        compared++;
        const wrong = !(Math.abs(derivatives[i]! - slope) <= 1e-7 * (1 + Math.abs(slope)) + error);
        if (wrong) expect([formatExpression(expression), x, derivatives[i]]).toEqual([expect.anything(), x, slope]);
      }
    }
    expect(compared).toBeGreaterThan(10 * EXPRESSIONS);
  });
});

describe('differentiate agrees with the tensor gradients', () => {
  let tf: Tf;
  beforeAll(async () => {
    ({ tf } = await loadBackend('auto', { threads: 1 }));
  });
  afterAll(() => tf.disposeVariables());

  const gradient = (expression: Expression, x: Float32Array): Float32Array =>
    tf.tidy(() =>
      tf
        .grad((t: Tensor) => evaluateTensor(tf, expression, t))(tf.tensor1d(x))
        .dataSync<'float32'>(),
    );

  // 0.01 is TensorFlow's 0.01 in float32.
  const close = (actual: number, expected: number): boolean =>
    Object.is(actual, expected) || Math.abs(actual - expected) <= 1e-5 * Math.max(1, Math.abs(expected));

  it.each(EACH_OPERATOR.map((e) => [formatExpression(e), e] as const))('for %s, kinks included', (_, expression) => {
    const x = Float32Array.of(-5, -2.5, -1, -0.3, 0, 0.25, 1, 2.5, 4);
    const expected = gradient(expression, x);
    const { derivatives } = differentiate(expression, x);
    const wrong = [...derivatives].map((actual, i) => ({ x: x[i], actual, expected: expected[i]! }));
    expect(wrong.filter(({ actual, expected }) => !close(Math.fround(actual) + 0, expected + 0))).toEqual([]);
  });

  it.each(['max(x,x)', 'min(x,x)', 'max(x,negative(x))', 'min(zero(x),x)', 'max_n(x,relu(x),x)', 'min_n(x,x)'])(
    'for %s, at ties',
    (text) => {
      const x = Float32Array.of(-1, 0, 1);
      const expression = parseExpression(text);
      expect([...differentiate(expression, x).derivatives]).toEqual([...gradient(expression, x)]);
    },
  );

  it('for pow of a constant, at 0 and for negative bases', () => {
    const x = Float32Array.of(-2, 0, 1.5);
    for (const text of ['pow(x,zero(x))', 'pow(x,one(x))', 'pow(x,square(one(x)))', 'pow(zero(x),softplus(x))']) {
      const expression = parseExpression(text);
      expect([...differentiate(expression, x).derivatives]).toEqual([...gradient(expression, x)]);
    }
  });

  it('is 0 for constants, also of what is not a number', () => {
    const { derivatives } = differentiate(parseExpression('one(reciprocal(x))'), [0, Number.NaN]);
    expect([...derivatives]).toEqual([0, 0]);
  });
});

describe('differentiate', () => {
  it('lets a slope of 0 absorb an infinite one only where it is asked to', () => {
    const saturated = parseExpression('sigmoid(exp(exp(x)))');
    expect(differentiate(saturated, [10]).derivatives[0]).toBeNaN();
    expect(differentiate(saturated, [10], { absorbing: true }).derivatives[0]).toBe(0);
  });

  it('bounds what rounding did to the values', () => {
    const { values, errors } = differentiate(parseExpression('sub(exp(x),expm1(x))'), [1, 30, 40]);
    for (const [i, value] of values.entries()) expect(Math.abs(value - 1)).toBeLessThanOrEqual(errors[i]!);
    expect(errors[0]).toBeLessThan(1e-14);
  });
});

describe('differentiate of operators without a rule', () => {
  const own: OperatorSet = {
    ...STANDARD_OPERATORS,
    name: 'own',
    unary: [
      ...STANDARD_OPERATORS.unary.filter(({ name }) => name !== 'square'),
      { name: 'cube', arity: 1, evaluate: (x) => x ** 3, tensor: (_tf, x) => x },
      // The name is ours, the operator is not.
      { name: 'square', arity: 1, evaluate: (x) => 3 * x * x, tensor: (_tf, x) => x },
    ],
    binary: [...STANDARD_OPERATORS.binary, { name: 'first', arity: 2, evaluate: (a) => 2 * a, tensor: (_tf, a) => a }],
    nary: [
      {
        name: 'mean_n',
        arity: 'n',
        evaluate: (a) => Array.from(a).reduce((s, v) => s + v, 0) / a.length,
        tensor: (_tf, [a]) => a!,
      },
    ],
  };

  it.each([
    ['cube(tanh(x))', 0.5, 3 * Math.tanh(0.5) ** 2 * (1 - Math.tanh(0.5) ** 2)],
    ['square(x)', 2, 12],
    ['first(square(x),x)', 1, 12],
    ['mean_n(x,square(x))', 1, 3.5],
  ])('takes differences: %s at %d', (text, x, expected) => {
    const { derivatives } = differentiate(parseExpression(text, own), [x], { operators: own });
    expect(derivatives[0]).toBeCloseTo(expected, 7);
  });

  it('refuses an operator that the set does not have', () => {
    expect(() => differentiate(parseExpression('gelu(x)'), [1], { operators: STANDARD_OPERATORS })).toThrow(
      /no operator "gelu"/,
    );
  });
});
