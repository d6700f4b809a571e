import { I0E_LARGE, I0E_SMALL, I1E_LARGE, I1E_SMALL } from '../../domain/special-functions/bessel.js';
import { ERFCX_SERIES } from '../../domain/special-functions/error-functions.js';
import type { Helpers } from '../helpers.js';
import type { OperatorCode } from '../operator-code.js';
import { SUM_START } from '../steps.js';
import { float32Series, seriesCode } from './series.js';

export const TFJS_OPERATORS: OperatorCode = {
  zero: 'constantOf(tf, {x}, 0)',
  one: 'constantOf(tf, {x}, 1)',
  negative: 'tf.neg({x})',
  abs: 'absolute(tf, {x})',
  // tf.reciprocal is an approximation in the native library: 1/1 is not 1 there.
  reciprocal: 'tf.div(1, {x})',
  square: 'tf.square({x})',
  exp: 'tf.exp({x})',
  erf: 'tf.erf({x})',
  erfc: 'erfc(tf, {x})',
  sinh: 'tf.sinh({x})',
  cosh: 'tf.cosh({x})',
  tanh: 'tf.tanh({x})',
  expm1: 'tf.expm1({x})',
  sigmoid: 'tf.sigmoid({x})',
  log_sigmoid: 'logSigmoid(tf, {x})',
  arcsinh: 'tf.asinh({x})',
  arctan: 'tf.atan({x})',
  bessel_i0e: 'besselI0e(tf, {x})',
  bessel_i1e: 'besselI1e(tf, {x})',
  relu: 'tf.relu({x})',
  elu: 'elu(tf, {x})',
  selu: 'elu(tf, {x}, 1.0507009873554805, 1.6732632423543772)',
  swish: 'tf.mul({x}, tf.sigmoid({x}))',
  softplus: 'tf.softplus({x})',
  softsign: 'softsign(tf, {x})',
  hard_sigmoid: 'tf.clipByValue(tf.add(tf.mul({x}, 0.2), 0.5), 0, 1)',
  elish: 'tf.mul(elu(tf, {x}), tf.sigmoid({x}))',
  leakyrelu: 'tf.leakyRelu({x}, 0.01)',
  mish: 'tf.mul({x}, tf.tanh(tf.softplus({x})))',
  gelu: 'tf.mul(tf.mul({x}, 0.5), tf.add(tf.erf(tf.div({x}, Math.SQRT2)), 1))',
  add: 'tf.add({a}, {b})',
  sub: 'tf.sub({a}, {b})',
  mul: 'tf.mul({a}, {b})',
  div: 'tf.div({a}, {b})',
  pow: 'power(tf, {a}, {b})',
  max: 'tf.maximum({a}, {b})',
  min: 'tf.minimum({a}, {b})',
  [SUM_START]: '{x}',
};

const series = (name: string, values: readonly number[]): string =>
  seriesCode(`const ${name} = `, float32Series(values));

/** What tfjs lacks or differentiates otherwise. The series are those of src/domain/special-functions, cut at float32. */
export const TFJS_HELPERS: Helpers = {
  ERFCX_SERIES: `// Chebyshev series of (x + 4) e^(x²) erfc(x) over x >= 0, in u = (x - 4)/(x + 4).\n${series('ERFCX_SERIES', ERFCX_SERIES)}`,
  I0E_SMALL: `// Of e^-x I0(x) over [0, 8], in u = x/4 - 1.\n${series('I0E_SMALL', I0E_SMALL)}`,
  I0E_LARGE: `// Of √x e^-x I0(x) over x >= 8, in u = 16/x - 1.\n${series('I0E_LARGE', I0E_LARGE)}`,
  I1E_SMALL: `// Of e^-x I1(x) / x over [0, 8], in u = x/4 - 1.\n${series('I1E_SMALL', I1E_SMALL)}`,
  I1E_LARGE: `// Of √x e^-x I1(x) over x >= 8, in u = 16/x - 1.\n${series('I1E_LARGE', I1E_LARGE)}`,
  withDerivative: `/** value(x), with derivative(x, y) in place of what tfjs would derive. */
function withDerivative(tf, x, value, derivative) {
  return tf.customGrad((x, save) => {
    const y = value(x);
    save([x, y]);
    return { value: y, gradFunc: (dy, [x, y]) => tf.mul(dy, derivative(x, y)) };
  })(x);
}`,
  constantOf: `/** A true constant, not x * 0: NaN and infinity do not pass, and the gradient is 0. */
function constantOf(tf, x, value) {
  return tf.customGrad((x) => ({
    value: value === 0 ? tf.zerosLike(x) : tf.onesLike(x),
    gradFunc: (dy) => tf.zerosLike(dy),
  }))(x);
}`,
  absolute: `/** |x|, with the derivative 0 at 0. */
function absolute(tf, x) {
  return withDerivative(tf, x, (x) => tf.abs(x), (x) => tf.sign(x));
}`,
  elu: `/** x for x > 0, else alpha·(e^x - 1), times scale. tf.elu and tf.selu lose digits near 0; tf.expm1 does not. */
function elu(tf, x, scale = 1, alpha = 1) {
  const negative = (x) => tf.minimum(x, tf.zerosLike(x));
  const times = (x, left, right) => tf.mul(tf.where(tf.greater(x, 0), right, tf.mul(left, alpha)), scale);
  return withDerivative(
    tf,
    x,
    (x) => times(x, tf.expm1(negative(x)), x),
    (x) => times(x, tf.exp(negative(x)), tf.onesLike(x)),
  );
}`,
  logSigmoid: `/** ln sigmoid(x), without overflow on the left or cancellation on the right. */
function logSigmoid(tf, x) {
  return withDerivative(tf, x, (x) => tf.neg(tf.softplus(tf.neg(x))), (x) => tf.sigmoid(tf.neg(x)));
}`,
  softsign: `function softsign(tf, x) {
  return withDerivative(
    tf,
    x,
    (x) => tf.div(x, tf.add(tf.abs(x), 1)),
    (x) => tf.square(tf.reciprocal(tf.add(tf.abs(x), 1))),
  );
}`,
  power: `/** a^b, differentiated by a as 0 where b = 0, and by b as 0 where a <= 0, where it is not real. */
function power(tf, a, b) {
  return tf.customGrad((a, b, save) => {
    const y = tf.pow(a, b);
    save([a, b, y]);
    return {
      value: y,
      gradFunc: (dy, [a, b, y]) => {
        const zeros = tf.zerosLike(a);
        const byBase = tf.where(tf.equal(b, 0), zeros, tf.mul(b, tf.pow(a, tf.sub(b, 1))));
        const positive = tf.greater(a, 0);
        const byExponent = tf.where(positive, tf.mul(y, tf.log(tf.where(positive, a, tf.onesLike(a)))), zeros);
        return [tf.mul(dy, byBase), tf.mul(dy, byExponent)];
      },
    };
  })(a, b);
}`,
  chebyshevSum: `/** Sum of c[k] T_k(u), by Clenshaw's recurrence. */
function chebyshevSum(tf, series, u) {
  let next = tf.zerosLike(u);
  let afterNext = next;
  for (const c of series.slice(1).reverse()) {
    [next, afterNext] = [tf.add(tf.sub(tf.mul(tf.mul(u, 2), next), afterNext), c), next];
  }
  return tf.add(tf.sub(tf.mul(u, next), afterNext), series[0]);
}`,
  scaledBessel: `/** A scaled Bessel function of |x| by its series below and above 8. */
function scaledBessel(tf, x, small, large) {
  const size = tf.abs(x);
  const outer = tf.maximum(size, 8);
  const below = chebyshevSum(tf, small, tf.sub(tf.div(tf.minimum(size, 8), 4), 1));
  const above = tf.div(chebyshevSum(tf, large, tf.sub(tf.div(16, outer), 1)), tf.sqrt(outer));
  return tf.where(tf.lessEqual(size, 8), below, above);
}`,
  i0e: `function i0e(tf, x) {
  return scaledBessel(tf, x, I0E_SMALL, I0E_LARGE);
}`,
  i1e: `function i1e(tf, x) {
  const sign = tf.where(tf.lessEqual(tf.abs(x), 8), x, tf.sign(x));
  return tf.mul(scaledBessel(tf, x, I1E_SMALL, I1E_LARGE), sign);
}`,
  besselI0e: `/** e^-|x| I0(x), with I0 the modified Bessel function of order 0. */
function besselI0e(tf, x) {
  const derivative = (x, y) => tf.sub(i1e(tf, x), tf.mul(tf.sign(x), y));
  return withDerivative(tf, x, (x) => i0e(tf, x), derivative);
}`,
  besselI1e: `/** e^-|x| I1(x), with I1 the modified Bessel function of order 1. */
function besselI1e(tf, x) {
  const derivative = (x, y) => {
    const atZero = tf.equal(x, 0);
    const inverse = tf.reciprocal(tf.where(atZero, tf.onesLike(x), x));
    const elsewhere = tf.sub(i0e(tf, x), tf.mul(y, tf.add(tf.sign(x), inverse)));
    return tf.where(atZero, tf.fill(x.shape, 0.5), elsewhere);
  };
  return withDerivative(tf, x, (x) => i1e(tf, x), derivative);
}`,
  erfc: `/** 1 - erf(x), accurate in the tail. */
function erfc(tf, x) {
  const value = (x) => {
    const size = tf.minimum(tf.abs(x), 12);
    const scaled = tf.div(chebyshevSum(tf, ERFCX_SERIES, tf.div(tf.sub(size, 4), tf.add(size, 4))), tf.add(size, 4));
    // e^(-x²) = e^(-h²) e^(-(x-h)(x+h)) with h a multiple of 2^-8, whose square float32 holds exactly.
    const h = tf.div(tf.round(tf.mul(size, 256)), 256);
    const rest = tf.mul(tf.sub(size, h), tf.add(size, h));
    const tail = tf.mul(tf.mul(tf.exp(tf.neg(tf.square(h))), tf.exp(tf.neg(rest))), scaled);
    return tf.where(tf.isNaN(x), x, tf.where(tf.less(x, 0), tf.sub(2, tail), tail));
  };
  return withDerivative(tf, x, value, (x) => tf.mul(tf.exp(tf.neg(tf.square(x))), -2 / Math.sqrt(Math.PI)));
}`,
};
