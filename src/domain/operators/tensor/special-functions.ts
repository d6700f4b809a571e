import { I0E_LARGE, I0E_SMALL, I1E_LARGE, I1E_SMALL } from '../../special-functions/bessel.js';
import type { ChebyshevSeries } from '../../special-functions/chebyshev.js';
import { ERF_SERIES, ERFCX_SERIES } from '../../special-functions/error-functions.js';
import { nativeOp } from '../native-op.js';
import type { Tensor, Tf } from '../types.js';
import { withDerivative } from './custom-gradient.js';

/*
 * erf, erfc, e^{-|x|}I₀(x) and e^{-|x|}I₁(x) in tfjs, which has none of them, or none that is exact: TensorFlow's own operation where the backend
 * is TensorFlow, else the float64 series of special-functions/, cut at float32's precision.
 */

/** Coefficients below this share of the largest do not reach float32. */
const FLOAT32_TAIL = 2 ** -27;

/** Σ c_k T_k(u) by Clenshaw's recurrence, element-wise. */
function chebyshevSum(tf: Tf, series: ChebyshevSeries, u: Tensor): Tensor {
  const largest = Math.max(...series.map(Math.abs));
  const length = series.findLastIndex((c) => Math.abs(c) > FLOAT32_TAIL * largest) + 1;
  const twice = tf.mul(u, 2);
  let next: Tensor = tf.zerosLike(u);
  let afterNext: Tensor = next;
  for (let k = length - 1; k > 0; k--) {
    const sum = tf.add(tf.sub(tf.mul(twice, next), afterNext), series[k]!);
    afterNext = next;
    next = sum;
  }
  return tf.add(tf.sub(tf.mul(u, next), afterNext), series[0]!);
}

/** A scaled Bessel function of |x| from its series below and above 8; `below` carries the factor that is odd in x. */
function scaledBessel(tf: Tf, x: Tensor, small: ChebyshevSeries, large: ChebyshevSeries): Tensor {
  const size = tf.abs(x);
  const inner = tf.minimum(size, 8);
  const outer = tf.maximum(size, 8);
  const below = chebyshevSum(tf, small, tf.sub(tf.div(inner, 4), 1));
  const above = tf.div(chebyshevSum(tf, large, tf.sub(tf.div(16, outer), 1)), tf.sqrt(outer));
  return tf.where(tf.lessEqual(size, 8), below, above);
}

function composedI0e(tf: Tf, x: Tensor): Tensor {
  return scaledBessel(tf, x, I0E_SMALL, I0E_LARGE);
}

function composedI1e(tf: Tf, x: Tensor): Tensor {
  const size = tf.abs(x);
  const magnitude = scaledBessel(tf, x, I1E_SMALL, I1E_LARGE);
  return tf.mul(magnitude, tf.where(tf.lessEqual(size, 8), x, tf.sign(x)));
}

function composedErfc(tf: Tf, x: Tensor): Tensor {
  const size = tf.abs(x);
  const scaled = tf.div(chebyshevSum(tf, ERFCX_SERIES, tf.div(tf.sub(size, 4), tf.add(size, 4))), tf.add(size, 4));
  // e^{-x²} = e^{-h²}·e^{-(x-h)(x+h)} with h a multiple of 2^-8, so that h² is exact in float32 while e^{-x²} is not 0.
  const h = tf.div(tf.round(tf.mul(tf.minimum(size, 12), 256)), 256);
  const gaussian = tf.mul(
    tf.exp(tf.neg(tf.square(h))),
    tf.exp(tf.neg(tf.mul(tf.sub(tf.minimum(size, 12), h), tf.add(tf.minimum(size, 12), h)))),
  );
  const tail = tf.where(tf.less(size, 12), tf.mul(gaussian, scaled), tf.zerosLike(x));
  const value = tf.where(tf.less(x, 0), tf.sub(2, tail), tail);
  return tf.where(tf.isNaN(x), x, value);
}

/** tfjs's own erf on its other backends is Abramowitz & Stegun 7.1.26, wrong by 1.5e-7, also where erf x is tiny. */
function composedErf(tf: Tf, x: Tensor): Tensor {
  const inner = tf.clipByValue(x, -1, 1);
  const small = tf.mul(x, chebyshevSum(tf, ERF_SERIES, tf.sub(tf.mul(2, tf.square(inner)), 1)));
  return tf.where(tf.lessEqual(tf.abs(x), 1), small, tf.sub(1, composedErfc(tf, x)));
}

const i0e = (tf: Tf, x: Tensor): Tensor => nativeOp(tf, 'BesselI0e', x) ?? composedI0e(tf, x);
const i1e = (tf: Tf, x: Tensor): Tensor => nativeOp(tf, 'BesselI1e', x) ?? composedI1e(tf, x);

/** e^{-|x|} I₀(x), with I₀e' = I₁e - sign(x)·I₀e. */
export function besselI0e(tf: Tf, x: Tensor): Tensor {
  return withDerivative(
    tf,
    x,
    (x) => i0e(tf, x),
    (x, y) => tf.sub(i1e(tf, x), tf.mul(tf.sign(x), y)),
  );
}

/** e^{-|x|} I₁(x), with I₁e' = I₀e - I₁e·(sign(x) + 1/x), and 1/2 at 0. */
export function besselI1e(tf: Tf, x: Tensor): Tensor {
  return withDerivative(
    tf,
    x,
    (x) => i1e(tf, x),
    (x, y) => {
      const atZero = tf.equal(x, 0);
      const divisor = tf.where(atZero, tf.onesLike(x), x);
      const derivative = tf.sub(i0e(tf, x), tf.mul(y, tf.add(tf.sign(x), tf.reciprocal(divisor))));
      return tf.where(atZero, tf.fill(x.shape, 0.5), derivative);
    },
  );
}

/** 2/√π ∫₀ˣ e^{-t²} dt, with erf' = 2/√π·e^{-x²}. */
export function erf(tf: Tf, x: Tensor): Tensor {
  return withDerivative(
    tf,
    x,
    (x) => nativeOp(tf, 'Erf', x) ?? composedErf(tf, x),
    (x) => tf.mul(2 / Math.sqrt(Math.PI), tf.exp(tf.neg(tf.square(x)))),
  );
}

/** 1 - erf(x), accurate in the tail, with erfc' = -2/√π·e^{-x²}. */
export function erfc(tf: Tf, x: Tensor): Tensor {
  return withDerivative(
    tf,
    x,
    (x) => nativeOp(tf, 'Erfc', x) ?? composedErfc(tf, x),
    (x) => tf.mul(-2 / Math.sqrt(Math.PI), tf.exp(tf.neg(tf.square(x)))),
  );
}
