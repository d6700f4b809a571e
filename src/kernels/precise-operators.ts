import type { Decimal } from 'decimal.js';
import { asinh, besselIe, type Decimals, erf, erfc, expm1, log1p, tanh } from './precise-functions.js';

type PreciseOperator = (D: Decimals, args: readonly Decimal[]) => Decimal;

const SELU_SCALE = '1.0507009873554805';
const SELU_ALPHA = '1.6732632423543772';

const sigmoid = (D: Decimals, x: Decimal): Decimal => new D(1).div(x.neg().exp().add(1));
const softplus = (D: Decimals, x: Decimal): Decimal => (x.gt(0) ? x.add(log1p(D, x.neg().exp())) : log1p(D, x.exp()));
const elu = (D: Decimals, x: Decimal): Decimal => (x.gt(0) ? x : expm1(D, x));
const half = (a: Decimal): Decimal => a.div(2);

const unary =
  (f: (D: Decimals, x: Decimal) => Decimal): PreciseOperator =>
  (D, args) =>
    f(D, args[0]!);
const folded =
  (f: (D: Decimals, a: Decimal, b: Decimal) => Decimal): PreciseOperator =>
  (D, args) =>
    args.slice(1).reduce((left, right) => f(D, left, right), args[0]!);

const add = folded((_D, a, b) => a.add(b));
const mul = folded((_D, a, b) => a.mul(b));
const max = folded((_D, a, b) => (a.gt(b) || a.isNaN() ? a : b));
const min = folded((_D, a, b) => (a.lt(b) || a.isNaN() ? a : b));

/**
 * IEEE 754: 1 to any power is 1; NaN for a negative base with a fractional exponent. decimal.js takes the cases with 0 and
 * ∞ to float64, where small exponents are 0.
 */
function pow(D: Decimals, a: Decimal, b: Decimal): Decimal {
  if (a.eq(1) || b.isZero()) return new D(1);
  if (a.isNaN() || b.isNaN()) return new D(Number.NaN);
  if (!b.isFinite()) {
    if (a.abs().eq(1)) return new D(1);
    return new D(a.abs().gt(1) === b.isPositive() ? Infinity : 0);
  }
  if (a.isZero() || !a.isFinite()) {
    const size = new D(a.isZero() === b.isPositive() ? 0 : Infinity);
    return a.isNegative() && b.isInteger() && !b.mod(2).isZero() ? size.neg() : size;
  }
  return a.isNegative() && !b.isInteger() ? new D(Number.NaN) : a.pow(b);
}

/** The definitions of docs/design.md section 3 in decimal arithmetic, for the operators of this program by their names. */
export const PRECISE_OPERATORS: ReadonlyMap<string, PreciseOperator> = new Map<string, PreciseOperator>([
  ['zero', (D) => new D(0)],
  ['one', (D) => new D(1)],
  ['identity', unary((_D, x) => x)],
  ['negative', unary((_D, x) => x.neg())],
  ['abs', unary((_D, x) => x.abs())],
  ['reciprocal', unary((D, x) => new D(1).div(x))],
  ['square', unary((_D, x) => x.mul(x))],
  ['exp', unary((_D, x) => x.exp())],
  ['erf', unary(erf)],
  ['erfc', unary(erfc)],
  ['sinh', unary((D, x) => half(expm1(D, x).sub(expm1(D, x.neg()))))],
  ['cosh', unary((_D, x) => half(x.exp().add(x.neg().exp())))],
  ['tanh', unary(tanh)],
  ['expm1', unary(expm1)],
  ['sigmoid', unary(sigmoid)],
  ['log_sigmoid', unary((D, x) => softplus(D, x.neg()).neg())],
  ['arcsinh', unary(asinh)],
  ['arctan', unary((_D, x) => x.atan())],
  ['bessel_i0e', unary((D, x) => besselIe(D, 0, x))],
  ['bessel_i1e', unary((D, x) => besselIe(D, 1, x))],
  ['relu', unary((D, x) => (x.lt(0) ? new D(0) : x))],
  ['elu', unary(elu)],
  ['selu', unary((D, x) => (x.gt(0) ? x : expm1(D, x).mul(SELU_ALPHA)).mul(SELU_SCALE))],
  ['swish', unary((D, x) => x.mul(sigmoid(D, x)))],
  ['softplus', unary(softplus)],
  ['softsign', unary((_D, x) => x.div(x.abs().add(1)))],
  ['hard_sigmoid', unary((D, x) => D.min(1, D.max(0, x.mul('0.2').add('0.5'))))],
  ['elish', unary((D, x) => elu(D, x).mul(sigmoid(D, x)))],
  ['leakyrelu', unary((_D, x) => (x.gt(0) ? x : x.mul('0.01')))],
  ['mish', unary((D, x) => x.mul(tanh(D, softplus(D, x))))],
  ['gelu', unary((D, x) => half(x.mul(erfc(D, x.neg().div(new D(2).sqrt())))))],
  ['add', add],
  ['sub', folded((_D, a, b) => a.sub(b))],
  ['mul', mul],
  ['div', folded((_D, a, b) => a.div(b))],
  ['pow', folded(pow)],
  ['max', max],
  ['min', min],
  ['sum_n', add],
  ['prod_n', mul],
  ['max_n', max],
  ['min_n', min],
]);
