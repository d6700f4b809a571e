import { constantOf, withDerivative } from '../tensor/custom-gradient.js';
import type { UnaryOperator } from '../types.js';

/** 0, whatever x is: also where x is NaN or infinite. */
export const zero: UnaryOperator = {
  name: 'zero',
  arity: 1,
  evaluate: () => 0,
  tensor: (tf, x) => constantOf(tf, x, 0),
};

/** 1, whatever x is: also where x is NaN or infinite. */
export const one: UnaryOperator = {
  name: 'one',
  arity: 1,
  evaluate: () => 1,
  tensor: (tf, x) => constantOf(tf, x, 1),
};

/** x. */
export const identity: UnaryOperator = {
  name: 'identity',
  arity: 1,
  evaluate: (x) => x,
  tensor: (tf, x) => tf.clone(x),
};

/** -x. */
export const negative: UnaryOperator = {
  name: 'negative',
  arity: 1,
  evaluate: (x) => -x,
  tensor: (tf, x) => tf.neg(x),
};

/** |x|. The derivative at 0 is 0, as in TensorFlow; tfjs's own is -1. */
export const abs: UnaryOperator = {
  name: 'abs',
  arity: 1,
  evaluate: Math.abs,
  tensor: (tf, x) =>
    withDerivative(
      tf,
      x,
      (x) => tf.abs(x),
      (x) => tf.sign(x),
    ),
};

/** 1/x, ±∞ at ±0. */
export const reciprocal: UnaryOperator = {
  name: 'reciprocal',
  arity: 1,
  evaluate: (x) => 1 / x,
  // Not tf.reciprocal: TensorFlow's vectorised kernel gives 0.99999994 for 1/1, and a power of a negative by it is NaN.
  tensor: (tf, x) => tf.div(1, x),
};

/** x². */
export const square: UnaryOperator = {
  name: 'square',
  arity: 1,
  evaluate: (x) => x * x,
  tensor: (tf, x) => tf.square(x),
};
