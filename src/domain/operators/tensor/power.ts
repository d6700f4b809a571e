import type { Tensor, Tf } from '../types.js';
import { sameShape } from './same-shape.js';

/**
 * a^b with ∂/∂a = b·a^{b-1} and ∂/∂b = a^b·ln a. Where the exponent is 0 the function is constant in a, so ∂/∂a is 0
 * also at a = 0, where the formula gives 0·∞; ∂/∂b is 0 where a <= 0, as in TensorFlow (the limit for a = 0, b > 0).
 */
export function power(tf: Tf, a: Tensor, b: Tensor): Tensor {
  const op = tf.customGrad((base, exponent, save) => {
    const a = base as Tensor;
    const b = exponent as Tensor;
    const y = tf.pow(a, b);
    (save as unknown as (tensors: Tensor[]) => void)([a, b, y]);
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [a, b, y] = saved as [Tensor, Tensor, Tensor];
        const zeros = tf.zerosLike(a);
        const byBase = tf.where(tf.equal(b, 0), zeros, tf.mul(b, tf.pow(a, tf.sub(b, 1))));
        const positive = tf.greater(a, 0);
        const byExponent = tf.where(positive, tf.mul(y, tf.log(tf.where(positive, a, tf.onesLike(a)))), zeros);
        return [tf.mul(dy, byBase), tf.mul(dy, byExponent)];
      },
    };
  });
  return op(...sameShape(tf, a, b));
}
