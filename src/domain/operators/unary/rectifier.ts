import { softplus as softplusOf, softplusOfAll } from '../../special-functions/logistic.js';
import { withDerivative } from '../tensor/custom-gradient.js';
import type { UnaryOperator } from '../types.js';

export const SELU_SCALE = 1.0507009873554805;
export const SELU_ALPHA = 1.6732632423543772;
const LEAK = 0.01;

/** max(x, 0); the derivative at 0 is 0. */
export const relu: UnaryOperator = {
  name: 'relu',
  arity: 1,
  evaluate: (x) => Math.max(x, 0),
  // tfjs forms the derivative by its Step kernel, which takes as long as all the rest of relu twice over.
  tensor: (tf, x) =>
    withDerivative(
      tf,
      x,
      (x) => tf.relu(x),
      (x) => tf.cast(tf.greater(x, 0), 'float32'),
    ),
};

/** Exponential linear unit: x for x > 0, else eˣ - 1 (Clevert et al. 2016, α = 1). */
export const elu: UnaryOperator = {
  name: 'elu',
  arity: 1,
  evaluate: (x) => (x > 0 ? x : Math.expm1(x)),
  tensor: (tf, x) => tf.elu(x),
};

/** Scaled exponential linear unit (Klambauer et al. 2017, eq. 2). */
export const selu: UnaryOperator = {
  name: 'selu',
  arity: 1,
  evaluate: (x) => SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x)),
  tensor: (tf, x) => tf.selu(x),
};

/** ln(1 + eˣ), without overflow on the right or cancellation on the left. */
export const softplus: UnaryOperator = {
  name: 'softplus',
  arity: 1,
  evaluate: softplusOf,
  vectorLoop:
    () =>
    ([x], out) =>
      softplusOfAll(x!, out),
  tensor: (tf, x) => tf.softplus(x),
};

/** x for x > 0, else 0.01x. */
export const leakyRelu: UnaryOperator = {
  name: 'leakyrelu',
  arity: 1,
  evaluate: (x) => (x > 0 ? x : LEAK * x),
  tensor: (tf, x) => tf.leakyRelu(x, LEAK),
};
