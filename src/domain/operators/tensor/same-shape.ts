import type { Tensor, Tf } from '../types.js';

/**
 * Both operands in their common shape. tfjs's gradients of maximum and minimum throw where an operand broadcasts; that
 * of broadcastTo does not.
 */
export function sameShape(tf: Tf, a: Tensor, b: Tensor): [Tensor, Tensor] {
  const shape = commonShape(a.shape, b.shape);
  const spread = (t: Tensor): Tensor => (t.shape.join() === shape.join() ? t : tf.broadcastTo(t, shape));
  return [spread(a), spread(b)];
}

/** NumPy's rule: shapes are aligned at the right, and a dimension of 1 stretches. Others are left for tfjs to refuse. */
function commonShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const sizes = [a, b].map((shape) => shape[i - rank + shape.length] ?? 1);
    return sizes[0] === 1 ? sizes[1]! : sizes[0]!;
  });
}
