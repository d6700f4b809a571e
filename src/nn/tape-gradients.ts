import type { Tensor, Tf } from '../domain/operators/types.js';

/**
 * Gradients of a scalar with respect to tensors; undefined for those that it does not depend on. Where `body` throws,
 * as the code of a task may, what the tape has saved is given back, which tfjs's own function leaves behind. Not to be
 * called while another gradient is made.
 */
export function tapeGradients(tf: Tf, body: () => Tensor, by: Tensor[]): Array<Tensor | undefined> {
  const engine = tf.engine();
  try {
    return engine.gradients(body, by, undefined, true).grads;
  } catch (error) {
    for (const { saved } of engine.state.activeTape ?? []) if (saved) tf.dispose(saved);
    engine.state.activeTape = null as never;
    throw error;
  }
}
