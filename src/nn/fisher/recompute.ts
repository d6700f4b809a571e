import type { Tensor, Tf } from '../../domain/operators/types.js';

/** Entries of a tensor that are worked on at once: few enough for the processor's cache. */
const PIECE_ENTRIES = 2 ** 19;

/**
 * A function of one tensor, entry by entry, whose intermediate results are not kept for the backward pass but computed
 * once more there: a composed activation function would keep one for each of its operators otherwise. Both ways some
 * examples are done at a time, so that few intermediate results are there at once.
 * @param frugal whether x and ∂L/∂y are given back as soon as ∂L/∂x is there, which nothing but a custom gradient that
 *   gives one tensor for two inputs minds
 */
export function recomputing(tf: Tf, body: (x: Tensor) => Tensor, frugal: boolean): (x: Tensor) => Tensor {
  return tf.customGrad((x, save) => {
    (save as (tensors: Tensor[]) => void)([x as Tensor]);
    const backward = (dy: Tensor, saved: Tensor[]) => {
      const dx = inPieces(tf, [saved[0]!, dy], ([some, g]) => gradient(tf, body, some!, g!));
      if (frugal) tf.dispose([dy, ...saved]);
      return dx;
    };
    return { value: inPieces(tf, [x as Tensor], ([some]) => body(some!)), gradFunc: backward };
  }) as (x: Tensor) => Tensor;
}

/** What `work` makes of some examples of the tensors at a time, which all have the same shape. */
function inPieces(tf: Tf, tensors: [Tensor, ...Tensor[]], work: (some: Tensor[]) => Tensor): Tensor {
  const { size, shape } = tensors[0];
  const [examples = 1, ...rest] = shape;
  const pieces = Math.min(examples, Math.ceil(size / PIECE_ENTRIES));
  if (pieces <= 1) return tf.tidy(() => tf.clone(work(tensors)));
  const made = Array.from({ length: pieces }, (_, i) => {
    const from = Math.floor((i * examples) / pieces);
    const count = Math.floor(((i + 1) * examples) / pieces) - from;
    const part = (tensor: Tensor) => tf.slice(tensor, [from, ...rest.map(() => 0)], [count, ...rest]);
    return tf.tidy(() => tf.clone(work(tensors.map(part))));
  });
  const whole = tf.concat(made, 0);
  tf.dispose(made);
  return whole;
}

function gradient(tf: Tf, body: (x: Tensor) => Tensor, x: Tensor, dy: Tensor): Tensor {
  const { state } = tf.engine();
  // A gradient taken while another one is made would take the place of its tape.
  const { activeTape } = state;
  const { grads } = tf.engine().gradients(() => body(x), [x], dy, true);
  state.activeTape = activeTape;
  return grads[0] ?? tf.zerosLike(x);
}
