import type { Tensor, Tf } from '../../domain/operators/types.js';

/** Rows whose products are summed in float32: enough for matMul to be fast, few enough to lose no digits. */
export const PIECE_ROWS = 4096;
/** Entries of the products of several pieces that are held at once, at most. */
const LARGEST_RESULT = 2 ** 22;

/** Sums of rows, in float64, row-major. */
export class MomentSums {
  /** Σ l rᵀ */
  readonly products: Float64Array;
  /** Σ r */
  readonly sums: Float64Array;

  constructor(
    readonly leftColumns: number,
    readonly rightColumns = leftColumns,
  ) {
    this.products = new Float64Array(leftColumns * rightColumns);
    this.sums = new Float64Array(rightColumns);
  }
}

/**
 * Adds Σ l rᵀ over the rows l and r of two tensors [rows, columns], and Σ r where wanted. Products within `PIECE_ROWS`
 * rows are summed in float32 by the backend, all else in float64. Both tensors may be the same.
 * @param first rows of each that come before those counted
 */
export async function addMoments(
  tf: Tf,
  into: MomentSums,
  left: Tensor,
  right: Tensor,
  options: { rows: number; first?: [number, number]; sums?: boolean },
): Promise<void> {
  const { rows, first = [0, 0], sums = false } = options;
  const pieces = Math.max(1, Math.round(rows / PIECE_ROWS));
  const size = Math.floor(rows / pieces);
  const fits = Math.max(1, Math.floor(LARGEST_RESULT / into.products.length));
  const part = async (from: number, count: number, length: number) => {
    const [product, sum] = tf.tidy((): [Tensor, Tensor | undefined] => {
      const of = (tensor: Tensor, start: number) => {
        const columns = tensor.shape[1]!;
        return tf.reshape(tf.slice(tensor, [start + from, 0], [count * length, columns]), [count, length, columns]);
      };
      const r = of(right, first[1]);
      const l = left === right && first[0] === first[1] ? r : of(left, first[0]);
      return [tf.matMul(l, r, true, false), sums ? tf.sum(r, 1) : undefined];
    });
    addTo(into.products, await product.data());
    product.dispose();
    if (sum) addTo(into.sums, await sum.data());
    sum?.dispose();
  };
  for (let piece = 0; piece < pieces; piece += fits) await part(piece * size, Math.min(fits, pieces - piece), size);
  if (pieces * size < rows) await part(pieces * size, 1, rows - pieces * size);
}

/** Adds the values, several times as many as sums, in turn. */
function addTo(sums: Float64Array, values: ArrayLike<number>): void {
  for (let start = 0; start < values.length; start += sums.length) {
    for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + values[start + i]!;
  }
}
