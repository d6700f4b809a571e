import { SELU_ALPHA, SELU_SCALE } from '../operators/unary/rectifier.js';
import { besselI0e, besselI1e } from '../special-functions/bessel.js';
import { erf } from '../special-functions/error-functions.js';
import { logistic } from '../special-functions/logistic.js';

/*
 * The partial derivatives of the operators, float64. At kinks they are the subgradients that the tensor forms take, so
 * that a derivative here is the one that training sees:
 *   abs: 0 at 0; relu: 0 at 0; hard_sigmoid: 0 at ±2.5; leakyrelu: 0.01 at 0; selu: 1.758 (its left derivative) at 0;
 *   max, min: of equals the first counts; pow: see `power` below.
 */

/** u'(x) of y = u(x). */
type UnaryRule = (x: number, y: number) => number;
/** (∂y/∂a, ∂y/∂b) of y = o(a, b). */
type BinaryRule = (a: number, b: number, y: number) => readonly [byA: number, byB: number];

const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);
const ROOT_TWO_PI = Math.sqrt(2 * Math.PI);

/** σ'(x) = σ(x)·σ(-x), without the cancellation of 1 - σ(x). */
const sigmoidSlope = (x: number): number => logistic(x) * logistic(-x);
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
/** 1/cosh²x, without the cancellation of 1 - tanh²x. */
const sech2 = (x: number): number => (Math.abs(x) > 360 ? 4 * Math.exp(-2 * Math.abs(x)) : Math.cosh(x) ** -2);
/** e^{-x²}. */
const bell = (x: number): number => Math.exp(-x * x);

export const UNARY_RULES: ReadonlyMap<string, UnaryRule> = new Map<string, UnaryRule>([
  ['zero', () => 0],
  ['one', () => 0],
  ['identity', () => 1],
  ['negative', () => -1],
  ['abs', (x) => Math.sign(x)],
  ['reciprocal', (x) => -1 / (x * x)],
  ['square', (x) => 2 * x],
  ['exp', (_x, y) => y],
  ['erf', (x) => TWO_OVER_ROOT_PI * bell(x)],
  ['erfc', (x) => -TWO_OVER_ROOT_PI * bell(x)],
  ['sinh', (x) => Math.cosh(x)],
  ['cosh', (x) => Math.sinh(x)],
  ['tanh', sech2],
  ['expm1', (x) => Math.exp(x)],
  ['sigmoid', sigmoidSlope],
  ['log_sigmoid', (x) => logistic(-x)],
  ['arcsinh', (x) => 1 / Math.hypot(1, x)],
  ['arctan', (x) => 1 / (1 + x * x)],
  ['bessel_i0e', (x) => -Math.sign(x) * besselDifference(Math.abs(x))],
  ['bessel_i1e', (x, y) => (x === 0 ? 0.5 : besselDifference(Math.abs(x)) - y / x)],
  ['relu', (x) => step(x, 1, 0)],
  ['elu', (x) => step(x, 1, Math.exp(x))],
  ['selu', (x) => SELU_SCALE * step(x, 1, SELU_ALPHA * Math.exp(x))],
  ['swish', (x) => logistic(x) + x * sigmoidSlope(x)],
  ['softplus', logistic],
  ['softsign', (x) => (1 + Math.abs(x)) ** -2],
  ['hard_sigmoid', (x) => step(2.5 - Math.abs(x), 0.2, 0)],
  [
    'elish',
    (x) => (x > 0 ? logistic(x) + x * sigmoidSlope(x) : Math.exp(x) * logistic(x) + Math.expm1(x) * sigmoidSlope(x)),
  ],
  ['leakyrelu', (x) => step(x, 1, 0.01)],
  ['mish', (x) => Math.tanh(softplus(x)) + x * sech2(softplus(x)) * logistic(x)],
  ['gelu', (x) => (1 + erf(x / Math.SQRT2)) / 2 + (x * Math.exp((-x * x) / 2)) / ROOT_TWO_PI],
]);

export const BINARY_RULES: ReadonlyMap<string, BinaryRule> = new Map<string, BinaryRule>([
  ['add', () => [1, 1]],
  ['sub', () => [1, -1]],
  ['mul', (a, b) => [b, a]],
  ['div', (a, b) => [1 / b, -a / b / b]],
  ['pow', power],
  ['max', (a, b) => (a >= b ? [1, 0] : [0, 1])],
  ['min', (a, b) => (a <= b ? [1, 0] : [0, 1])],
]);

/** The binary operator that an n-ary one applies from left to right. */
export const FOLDED: ReadonlyMap<string, string> = new Map([
  ['sum_n', 'add'],
  ['prod_n', 'mul'],
  ['max_n', 'max'],
  ['min_n', 'min'],
]);

/** e^{-x}(I₀(x) - I₁(x)) for x >= 0; where the two cancel, by Hankel's series (DLMF 10.40.1), relative error 1e-12. */
function besselDifference(x: number): number {
  if (x < 1000) return besselI0e(x) - besselI1e(x);
  return (0.5 + (0.1875 + (0.17578125 + 0.25634765625 / x) / x) / x) / (x * Math.sqrt(2 * Math.PI * x));
}

/** ∂aᵇ/∂a = b·a^{b-1}, 0 for b = 0 also at a = 0; ∂aᵇ/∂b = aᵇ·ln a, 0 for a <= 0. */
function power(a: number, b: number, y: number): readonly [number, number] {
  return [b === 0 ? 0 : b * a ** (b - 1), a > 0 ? y * Math.log(a) : 0];
}

/** `above` for x > 0, else `below`; NaN for NaN. */
function step(x: number, above: number, below: number): number {
  if (Number.isNaN(x)) return x;
  return x > 0 ? above : below;
}
