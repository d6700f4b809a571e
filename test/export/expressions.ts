import { formatExpression, parseExpression } from '../../src/domain/expression/expression.js';
import { ALL_OPERATORS } from '../../src/domain/operators/index.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';

/** Each of the 42 operators in an expression whose derivative has many values. */
export const OPERATOR_EXPRESSIONS: readonly string[] = [
  ...ALL_OPERATORS.unary.map(({ name }) => `${name}(x)`),
  ...ALL_OPERATORS.binary.map(({ name }) => `${name}(softplus(x),swish(x))`),
  ...ALL_OPERATORS.nary.map(({ name }) => `${name}(tanh(x),softplus(x),swish(x))`),
];

/** Expressions with what one would stumble over: shared parts, constants, NaN, infinities, exact zeros, powers. */
export const TRICKY_EXPRESSIONS: readonly string[] = [
  'x',
  'max(relu(x),cosh(elu(x)))',
  'mul(swish(erf(x)),add(swish(erf(x)),erf(x)))',
  'zero(reciprocal(zero(x)))',
  'exp(one(log_sigmoid(x)))',
  'add(x,zero(div(x,zero(x))))',
  'max(div(zero(x),zero(x)),x)',
  'min(x,div(zero(x),zero(x)))',
  'pow(x,one(x))',
  'pow(x,reciprocal(one(x)))',
  'pow(x,add(one(x),one(x)))',
  'pow(x,x)',
  'pow(relu(x),zero(x))',
  'pow(negative(exp(x)),hard_sigmoid(mul(x,exp(exp(x)))))',
  'pow(one(x),div(x,zero(x)))',
  'elu(exp(exp(exp(x))))',
  'selu(square(square(square(x))))',
  'erfc(square(x))',
  'log_sigmoid(mul(x,exp(exp(x))))',
  'softplus(sinh(sinh(x)))',
  'sum_n(x,x,x,x,x)',
  'prod_n(x,tanh(x),x)',
  'max_n(x)',
  'identity(identity(tanh(identity(x))))',
];

/**
 * max and min of 0 and -0: which of them it is matters to 1/x alone. TensorFlow's own operations do not always agree,
 * and PyTorch's file takes the first of equals, so that at 0 the gradient goes where ours does.
 */
export const SIGNED_ZEROS: readonly string[] = [
  'reciprocal(max(relu(x),negative(relu(x))))',
  'reciprocal(min(negative(relu(x)),relu(x)))',
];

/** Random expressions of 2 to 6 operators over all of them. */
export function randomExpressions(count: number, seed: string): string[] {
  const random = new SeededRandom(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random.next() * of.length)]!;
  const grow = (size: number): string => {
    if (size <= 0) return 'x';
    const kind = random.next();
    if (size === 1 || kind < 0.6) return `${pick(ALL_OPERATORS.unary).name}(${grow(size - 1)})`;
    const left = Math.floor(random.next() * size);
    if (kind < 0.9) return `${pick(ALL_OPERATORS.binary).name}(${grow(left)},${grow(size - 1 - left)})`;
    const rest = size - 1 - left;
    return `${pick(ALL_OPERATORS.nary).name}(${grow(left)},${grow(rest)},${grow(Math.min(1, rest))})`;
  };
  return Array.from({ length: count }, () =>
    formatExpression(parseExpression(grow(2 + Math.floor(random.next() * 5)))),
  );
}
