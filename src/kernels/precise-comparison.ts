import { Decimal } from 'decimal.js';
import { type Expression, formatExpression } from '../domain/expression/expression.js';
import type { Decimals } from './precise-functions.js';
import { PRECISE_OPERATORS } from './precise-operators.js';

/** What two expressions are at a point in exact arithmetic. */
type PreciseVerdict = 'equal' | 'different' | 'one-undefined' | 'both-undefined' | 'undecided';

/** Significant digits: the next is tried where rounding decides at the one before. */
const PRECISIONS = [40, 80, 160, 320];
/** Numbers beyond 10 to it count as infinite. */
const MAX_EXPONENT = 9e15;
/** Decimal digits that a value must have been computed to. */
const KNOWN_DIGITS = 15;
/** Relative difference from which on two known values differ. */
const TOLERANCE = 1e-12;

/**
 * Whether two expressions have the same value at x, x being exactly the float64 given. Each is evaluated twice in decimal
 * arithmetic with every rounded result nudged in its last digits (stochastic arithmetic, Vignes 1993): digits in which
 * the two agree are right, and where too few do, the precision is doubled.
 * @returns 'one-undefined' and 'both-undefined' where one or both are not numbers; 'undecided' where 320 digits do not
 * do, where numbers exceed 10^(9·10¹⁵), or where an operator is one of the user's own
 */
export function comparePrecisely(a: Expression, b: Expression, x: number): PreciseVerdict {
  for (const precision of PRECISIONS) {
    const values = [a, b].map((expression) => preciseValue(expression, x, precision));
    const [left, right] = values;
    if (left === undefined || right === undefined) continue;
    if (left.isNaN() || right.isNaN()) return left.isNaN() === right.isNaN() ? 'both-undefined' : 'one-undefined';
    if (!left.isFinite() || !right.isFinite()) return left.eq(right) ? 'equal' : 'undecided';
    return relativeDifference(left, right).lt(TOLERANCE) ? 'equal' : 'different';
  }
  return 'undecided';
}

/**
 * The value of an expression at x, right to 15 digits.
 * @returns undefined where the precision does not do, or where an operator is one of the user's own
 */
export function preciseValue(expression: Expression, x: number, precision: number): Decimal | undefined {
  const D = Decimal.clone({
    precision,
    maxE: MAX_EXPONENT,
    minE: -MAX_EXPONENT,
    toExpNeg: -40,
    toExpPos: 40,
    defaults: true,
  });
  const [once, again] = [1, -1].map((seed) => evaluateNudged(D, expression, x, seed));
  if (once === undefined || again === undefined) return undefined;
  if (!once.isFinite() || !again.isFinite())
    return once.eq(again) || (once.isNaN() && again.isNaN()) ? once : undefined;
  return relativeDifference(once, again).lt(new D(10).pow(-KNOWN_DIGITS)) ? once : undefined;
}

function evaluateNudged(D: Decimals, expression: Expression, x: number, seed: number): Decimal | undefined {
  // Equal subexpressions are the same number, so that sub(exp(x),exp(x)) is 0.
  const known = new Map<string, Decimal | undefined>();
  const input = exactly(D, x);
  let count = 0;
  const value = (node: Expression): Decimal | undefined => {
    if (node.kind === 'x') return input;
    const text = formatExpression(node);
    if (!known.has(text)) known.set(text, compute(node));
    return known.get(text);
  };
  const compute = ({ operator, args }: Extract<Expression, { kind: 'call' }>): Decimal | undefined => {
    const apply = PRECISE_OPERATORS.get(operator);
    const values = args.map(value);
    if (apply === undefined || !values.every((arg) => arg !== undefined)) return undefined;
    const result = apply(D, values);
    if (leavesRange(operator, values, result)) return undefined;
    if (!result.isFinite() || isExact(D, operator, values, result)) return result;
    count++;
    const nudge = seed * (1 + ((7 * count) % 5)) * (count % 3 === 0 ? -1 : 1);
    return result.mul(
      new D(10)
        .pow(5 - D.precision)
        .mul(nudge)
        .add(1),
    );
  };
  return value(expression);
}

/** Operators whose values are 0 only by underflow, and those that also have 0 and ∞ of zero arguments. */
const NEVER_ZERO = new Set(['exp', 'erfc', 'sigmoid', 'log_sigmoid', 'softplus', 'swish', 'elish', 'mish', 'gelu']);
const SCALED = new Set(['reciprocal', 'square', 'mul', 'prod_n', 'div', 'pow']);

/** Whether a number is too large or too small even for these decimals, so that what follows from it proves nothing. */
function leavesRange(operator: string, args: readonly Decimal[], result: Decimal): boolean {
  if (!args.every((arg) => arg.isFinite())) return false;
  const zeros = args.some((arg) => arg.isZero());
  if (result.isZero()) return !zeros && (NEVER_ZERO.has(operator) || SCALED.has(operator));
  return !result.isFinite() && !result.isNaN() && !(zeros && SCALED.has(operator));
}

/** The float64 itself; `new Decimal(0.1)` would read the text "0.1". */
function exactly(D: Decimals, x: number): Decimal {
  if (!Number.isFinite(x) || Number.isInteger(x)) return new D(x);
  const scale = 2 ** 52;
  const fraction = x - Math.trunc(x);
  // Both parts of what is left after the whole number are whole multiples of powers of two.
  const high = Math.trunc(fraction * scale);
  const low = (fraction * scale - high) * scale;
  return new D(Math.trunc(x)).add(new D(high).div(scale)).add(new D(low).div(scale).div(scale));
}

/** Operators that give an argument, its negative or a constant. */
const COPIES = new Set(['zero', 'one', 'identity', 'negative', 'abs', 'relu', 'max', 'min', 'max_n', 'min_n']);

/** Whether a result was not rounded: a copy of an argument, a constant, a sum or product with few enough digits. */
function isExact(D: Decimals, operator: string, args: readonly Decimal[], result: Decimal): boolean {
  const [a, b = a] = args as [Decimal, Decimal?];
  if (COPIES.has(operator) || args.every((arg) => arg.isZero())) return true;
  if (operator === 'elu') return a.gt(0);
  if (operator === 'hard_sigmoid') return result.isZero() || result.eq(1);
  if (operator === 'add') return result.sub(a).eq(b) && result.sub(b).eq(a);
  if (operator === 'sub') return a.sub(result).eq(b) && result.add(b).eq(a);
  return (operator === 'mul' || operator === 'square') && a.precision() + b.precision() <= D.precision;
}

function relativeDifference(a: Decimal, b: Decimal): Decimal {
  const size = a.abs().gt(b.abs()) ? a.abs() : b.abs();
  return size.isZero() ? size : a.sub(b).abs().div(size);
}
