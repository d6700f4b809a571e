import { describe, expect, it } from 'vitest';
import { type Asymptote, asymptotes } from '../../src/domain/analysis/asymptotes.js';
import { formatExpression, parseExpression } from '../../src/domain/expression/expression.js';
import { parseSchema, schemaInstance, schemaSize } from '../../src/domain/expression/schema.js';
import { ALL_OPERATORS, STANDARD_OPERATORS } from '../../src/domain/operators/index.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { preciseValue } from '../../src/kernels/precise-comparison.js';
import { testSize } from '../support/test-size.js';

const of = (text: string): string[] => {
  const { left, right } = asymptotes(parseExpression(text));
  return [left, right].map(brief);
};

/** `1.5`, `2x-1`, `+x^2`, `-e^1x`. */
function brief(asymptote: Asymptote): string {
  if (asymptote.kind === 'constant') return String(Number(asymptote.value.toPrecision(7)));
  if (asymptote.kind === 'linear') {
    const { slope, intercept } = asymptote;
    return `${Number(slope.toPrecision(7))}x${intercept < 0 ? '' : '+'}${Number(intercept.toPrecision(5))}`;
  }
  if (asymptote.kind === 'infinite') return asymptote.sign > 0 ? 'inf' : '-inf';
  if (asymptote.kind !== 'growth') return asymptote.kind;
  const { growth, sign } = asymptote;
  const how = {
    'below-logarithmic': () => 'below-log',
    logarithmic: (exponent: number) => `log^${exponent}`,
    power: (exponent: number) => `x^${exponent}`,
    exponential: (rate: number) => `e^${rate}x`,
    'stretched-exponential': (exponent: number) => `e^x^${exponent}`,
    'above-exponential': () => 'above-exp',
  }[growth.order];
  const size = 'exponent' in growth ? growth.exponent : 'rate' in growth ? growth.rate : 0;
  return `${sign > 0 ? '+' : '-'}${how(size)}`;
}

const OPERATORS: Record<string, [left: string, right: string]> = {
  zero: ['0', '0'],
  one: ['1', '1'],
  identity: ['1x+0', '1x+0'],
  negative: ['-1x+0', '-1x+0'],
  abs: ['-1x+0', '1x+0'],
  reciprocal: ['0', '0'],
  square: ['+x^2', '+x^2'],
  exp: ['0', '+e^1x'],
  erf: ['-1', '1'],
  erfc: ['2', '0'],
  sinh: ['-e^1x', '+e^1x'],
  cosh: ['+e^1x', '+e^1x'],
  tanh: ['-1', '1'],
  expm1: ['-1', '+e^1x'],
  sigmoid: ['0', '1'],
  log_sigmoid: ['1x+0', '0'],
  arcsinh: ['-log^1', '+log^1'],
  arctan: ['-1.570796', '1.570796'],
  bessel_i0e: ['0', '0'],
  bessel_i1e: ['0', '0'],
  relu: ['0', '1x+0'],
  elu: ['-1', '1x+0'],
  selu: ['-1.758099', '1.050701x+0'],
  swish: ['0', '1x+0'],
  softplus: ['0', '1x+0'],
  softsign: ['-1', '1'],
  hard_sigmoid: ['0', '1'],
  elish: ['0', '1x+0'],
  leakyrelu: ['0.01x+0', '1x+0'],
  mish: ['0', '1x+0'],
  gelu: ['0', '1x+0'],
};

describe('asymptotes', () => {
  it.each(ALL_OPERATORS.unary)('of $name', ({ name }) => {
    expect(of(`${name}(x)`)).toEqual(OPERATORS[name]);
  });

  it.each([
    ['add(x,exp(x))', '1x+0', '+e^1x'],
    ['sub(exp(x),expm1(x))', '1', '1'],
    ['mul(x,arctan(x))', '-1.570796x-1', '1.570796x-1'],
    ['div(x,softplus(x))', '-e^1x', '1'],
    ['pow(x,one(x))', '1x+0', '1x+0'],
    ['pow(softplus(x),hard_sigmoid(zero(x)))', '0', '+x^0.5'],
    ['max(x,tanh(x))', '-1', '1x+0'],
    ['min(one(x),exp(exp(exp(x))))', '1', '1'],
    ['sum_n(x,softsign(x),x)', '2x-1', '2x+1'],
    ['prod_n(x,x,softsign(x))', '-x^2', '+x^2'],
    ['max_n(x,square(x),exp(x))', '+x^2', '+e^1x'],
    ['min_n(x,square(x),one(x))', '1x+0', '1'],
  ])('of %s: %s and %s', (text, left, right) => {
    expect(of(text)).toEqual([left, right]);
  });

  it.each([
    ['limits behind overflow', 'softsign(exp(exp(x)))', '0.5', '1'],
    ['limits behind 0·∞', 'mul(x,erfc(x))', '2x+0', '0'],
    ['quotients that overflow', 'div(sinh(x),cosh(x))', '-1', '1'],
    ['limits approached as 1/ln x', 'reciprocal(arcsinh(x))', '0', '0'],
    ['lines approached as 1/√x', 'add(x,bessel_i0e(x))', '1x+0', '1x+0'],
    ['lines made of logarithms', 'exp(arcsinh(x))', '0', '2x+0'],
    ['growth between a line and a power', 'mul(x,arcsinh(x))', '+x^1', '+x^1'],
    ['slow growth', 'arcsinh(arcsinh(x))', '-below-log', '+below-log'],
    ['powers of logarithms', 'square(arcsinh(x))', '+log^2', '+log^2'],
    ['Gaussian growth', 'exp(square(x))', '+e^x^2', '+e^x^2'],
    ['double exponentials', 'exp(exp(x))', '1', '+above-exp'],
    ['xˣ', 'pow(softplus(x),x)', '+e^x^2', '+above-exp'],
    ['what is infinite all along', 'div(x,zero(x))', '-inf', 'inf'],
    ['what is not a number', 'pow(negative(x),hard_sigmoid(zero(x)))', '+x^0.5', 'undefined'],
    ['what cancels in float64', 'sub(cosh(x),sinh(x))', '+e^1x', 'unclear'],
  ])('tell %s: %s', (_, text, left, right) => {
    expect(of(text)).toEqual([left, right]);
  });
});

describe('asymptotes of random functions', () => {
  const COUNT = testSize({ small: 150, full: 2000 });

  it(`agree with ${COUNT} functions in exact arithmetic far out`, () => {
    const random = new SeededRandom('asymptotes');
    const schemas = ['unary(unary(unary(x)))', 'binary(unary(unary(x)),unary(x))', 'n-ary(unary(x),unary(x),unary(x))'];
    const wrong: unknown[] = [];
    let decided = 0;
    let compared = 0;
    for (let i = 0; i < COUNT; i++) {
      const schema = parseSchema(schemas[i % 3]!);
      const expression = schemaInstance(
        schema,
        STANDARD_OPERATORS,
        random.integer(Number(schemaSize(schema, STANDARD_OPERATORS))),
      );
      const { left, right } = asymptotes(expression);
      for (const [sign, asymptote] of [
        [-1, left],
        [1, right],
      ] as const) {
        if (asymptote.kind !== 'unclear') decided++;
        if (asymptote.kind !== 'constant' && asymptote.kind !== 'linear') continue;
        // Where 1/ln x has fallen to some per cent.
        const x = sign * 1e12;
        const exact = preciseValue(expression, x, 60)?.toNumber();
        if (exact === undefined || !Number.isFinite(exact)) continue;
        compared++;
        const expected = asymptote.kind === 'constant' ? asymptote.value : asymptote.slope * x + asymptote.intercept;
        const tolerance = asymptote.kind === 'constant' ? 0.05 : 1e-6 * Math.abs(x);
        if (!(Math.abs(exact - expected) <= tolerance))
          wrong.push([formatExpression(expression), sign, asymptote, exact]);
      }
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(0.4 * COUNT);
    expect(decided / (2 * COUNT)).toBeGreaterThan(0.9);
  }, 600_000);
});
