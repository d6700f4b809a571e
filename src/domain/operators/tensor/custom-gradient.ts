import type { Tensor, Tf } from '../types.js';

/**
 * A unary function with a gradient of its own.
 * @param value f(x); what it computes is not differentiated
 * @param derivative f'(x), element-wise, of x and y = f(x)
 */
export function withDerivative(
  tf: Tf,
  x: Tensor,
  value: (x: Tensor) => Tensor,
  derivative: (x: Tensor, y: Tensor) => Tensor,
): Tensor {
  const op = tf.customGrad((input, save) => {
    const x = input as Tensor;
    const y = value(x);
    // tfjs gives tensors and `save` one common type, so both are named here.
    (save as (tensors: Tensor[]) => void)([x, y]);
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => tf.mul(dy, derivative(saved[0]!, saved[1]!)),
    };
  });
  return op(x);
}

/** A constant function of x: true constants, so that NaN and infinities do not pass, with the gradient 0. */
export function constantOf(tf: Tf, x: Tensor, value: 0 | 1): Tensor {
  const op = tf.customGrad((input) => ({
    value: value === 0 ? tf.zerosLike(input as Tensor) : tf.onesLike(input as Tensor),
    gradFunc: (dy: Tensor) => tf.zerosLike(dy),
  }));
  return op(x);
}
