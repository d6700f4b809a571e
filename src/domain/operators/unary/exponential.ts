import type { UnaryOperator } from '../types.js';

/*
 * Math.exp, expm1, sinh and cosh are the JavaScript engine's: their last bit may differ between engines, which the
 * rounding of outputs to float32 hides but for about one value in 10⁸.
 */

/** eˣ. */
export const exp: UnaryOperator = {
  name: 'exp',
  arity: 1,
  evaluate: Math.exp,
  tensor: (tf, x) => tf.exp(x),
};

/** Hyperbolic sine. */
export const sinh: UnaryOperator = {
  name: 'sinh',
  arity: 1,
  evaluate: Math.sinh,
  tensor: (tf, x) => tf.sinh(x),
};

/** Hyperbolic cosine. */
export const cosh: UnaryOperator = {
  name: 'cosh',
  arity: 1,
  evaluate: Math.cosh,
  tensor: (tf, x) => tf.cosh(x),
};

/** eˣ - 1, accurate near 0. */
export const expm1: UnaryOperator = {
  name: 'expm1',
  arity: 1,
  evaluate: Math.expm1,
  tensor: (tf, x) => tf.expm1(x),
};
