import { erf } from '../../special-functions/error-functions.js';
import { logistic, softplus, swishOfAll } from '../../special-functions/logistic.js';
import { erf as tensorErf } from '../tensor/special-functions.js';
import type { UnaryOperator } from '../types.js';

/* Units of the form x times a gate in [0, 1]. At -∞ they are -∞·0 = NaN, where the limit is 0 (but elish: -0). */

/** x·sigmoid(x) (Ramachandran et al. 2017); NaN at -∞. */
export const swish: UnaryOperator = {
  name: 'swish',
  arity: 1,
  evaluate: (x) => x * logistic(x),
  vectorLoop:
    () =>
    ([x], out) =>
      swishOfAll(x!, out),
  tensor: (tf, x) => tf.mul(x, tf.sigmoid(x)),
};

/** sigmoid(x) times x for x > 0, else times eˣ - 1 (Basirat & Roth 2018); -0 at -∞. */
export const elish: UnaryOperator = {
  name: 'elish',
  arity: 1,
  evaluate: (x) => (x > 0 ? x : Math.expm1(x)) / (1 + Math.exp(-x)),
  tensor: (tf, x) => tf.mul(tf.elu(x), tf.sigmoid(x)),
};

/** x·tanh(softplus(x)) (Misra 2019, eq. 1); NaN at -∞. */
export const mish: UnaryOperator = {
  name: 'mish',
  arity: 1,
  evaluate: (x) => x * Math.tanh(softplus(x)),
  tensor: (tf, x) => tf.mul(x, tf.tanh(tf.softplus(x))),
};

/** Gaussian error linear unit, exact form ½x(1 + erf(x/√2)) (Hendrycks & Gimpel 2016, eq. 2); NaN at -∞. */
export const gelu: UnaryOperator = {
  name: 'gelu',
  arity: 1,
  evaluate: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  tensor: (tf, x) => tf.mul(tf.mul(0.5, x), tf.add(1, tensorErf(tf, tf.div(x, Math.SQRT2)))),
};
