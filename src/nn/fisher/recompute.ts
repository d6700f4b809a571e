import type { Tensor, Tf } from '../../domain/operators/types.js';

/**
 * A function of one tensor whose intermediate results are not kept for the backward pass but computed once more there:
 * a composed activation function would keep one for each of its operators otherwise.
 * @param frugal whether x and ∂L/∂y are given back as soon as ∂L/∂x is there, which nothing but a custom gradient that
 *   gives one tensor for two inputs minds
 */
export function recomputing(tf: Tf, body: (x: Tensor) => Tensor, frugal: boolean): (x: Tensor) => Tensor {
  return tf.customGrad((x, save) => {
    (save as (tensors: Tensor[]) => void)([x as Tensor]);
    const backward = (dy: Tensor, saved: Tensor[]) => {
      const dx = tf.tidy(() => gradient(tf, body, saved[0]!, dy));
      if (frugal) tf.dispose([dy, ...saved]);
      return dx;
    };
    return { value: tf.tidy(() => body(x as Tensor)), gradFunc: backward };
  }) as (x: Tensor) => Tensor;
}

function gradient(tf: Tf, body: (x: Tensor) => Tensor, x: Tensor, dy: Tensor): Tensor {
  const { state } = tf.engine();
  // A gradient taken while another one is made would take the place of its tape.
  const { activeTape } = state;
  const { grads } = tf.engine().gradients(() => body(x), [x], dy, true);
  state.activeTape = activeTape;
  // Not dy itself, where the function is the identity: it is given back.
  return grads[0] === undefined || grads[0] === null ? tf.zerosLike(x) : tf.clone(grads[0]);
}
