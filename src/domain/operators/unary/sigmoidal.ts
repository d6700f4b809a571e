import {
  logSigmoid as lnLogistic,
  logistic,
  logisticOfAll,
  logSigmoidOfAll,
} from '../../special-functions/logistic.js';
import { withDerivative } from '../tensor/custom-gradient.js';
import type { UnaryOperator } from '../types.js';

/** Hyperbolic tangent. */
export const tanh: UnaryOperator = {
  name: 'tanh',
  arity: 1,
  evaluate: Math.tanh,
  tensor: (tf, x) => tf.tanh(x),
};

/** Logistic function, 1/(1 + e⁻ˣ). */
export const sigmoid: UnaryOperator = {
  name: 'sigmoid',
  arity: 1,
  evaluate: logistic,
  vectorLoop:
    () =>
    ([x], out) =>
      logisticOfAll(x!, out),
  tensor: (tf, x) => tf.sigmoid(x),
};

/** ln sigmoid(x) = -softplus(-x), without overflow on the left or cancellation on the right. */
export const logSigmoid: UnaryOperator = {
  name: 'log_sigmoid',
  arity: 1,
  evaluate: lnLogistic,
  vectorLoop:
    () =>
    ([x], out) =>
      logSigmoidOfAll(x!, out),
  tensor: (tf, x) =>
    withDerivative(
      tf,
      x,
      (x) => tf.neg(tf.softplus(tf.neg(x))),
      (x) => tf.sigmoid(tf.neg(x)),
    ),
};

/** Inverse hyperbolic sine. */
export const arcsinh: UnaryOperator = {
  name: 'arcsinh',
  arity: 1,
  evaluate: Math.asinh,
  tensor: (tf, x) => tf.asinh(x),
};

/** Inverse tangent. */
export const arctan: UnaryOperator = {
  name: 'arctan',
  arity: 1,
  evaluate: Math.atan,
  tensor: (tf, x) => tf.atan(x),
};

/** x/(1 + |x|), derivative (1 + |x|)⁻²; NaN at ±∞, where the limits are ±1. */
export const softsign: UnaryOperator = {
  name: 'softsign',
  arity: 1,
  evaluate: (x) => x / (1 + Math.abs(x)),
  tensor: (tf, x) =>
    withDerivative(
      tf,
      x,
      (x) => tf.div(x, tf.add(1, tf.abs(x))),
      (x) => tf.square(tf.reciprocal(tf.add(1, tf.abs(x)))),
    ),
};

/** 0.2x + 0.5 clipped to [0, 1], derivative 0.2 for |x| < 2.5, else 0. */
export const hardSigmoid: UnaryOperator = {
  name: 'hard_sigmoid',
  arity: 1,
  evaluate: (x) => Math.min(1, Math.max(0, 0.2 * x + 0.5)),
  tensor: (tf, x) =>
    withDerivative(
      tf,
      x,
      (x) => tf.clipByValue(tf.add(tf.mul(0.2, x), 0.5), 0, 1),
      (x) => tf.mul(0.2, tf.cast(tf.less(tf.abs(x), 2.5), 'float32')),
    ),
};
