import type { Tensor, Tf } from '../../domain/operators/types.js';
import type { FactorRows } from './factor-rows.js';

export interface FactorOptions {
  /** Whether every row gets a leading 1, the input of the bias. */
  homogeneous: boolean;
  /** What the sum of outer products is divided by. */
  divisor: number;
}

/** A symmetric matrix whose eigenvalues are those of a factor, and how many more of these there are that are 0. */
export interface FactorMatrix {
  matrix: Float64Array;
  order: number;
  zeros: number;
}

/** Mean squares of entries within these bounds: float32 products then neither overflow nor vanish. */
const SAFE_MEAN_SQUARE = [2 ** -60, 2 ** 60] as const;

/**
 * Σ r̄ r̄ᵀ / divisor over the rows r of a source, or, with fewer rows than columns, the rows × rows Gram matrix, which
 * has the same non-zero eigenvalues. Entries that are tiny or huge, as gradients may be, are scaled by a power of two
 * first.
 * @returns undefined where an entry is not finite
 */
export async function factorMatrix(
  tf: Tf,
  rows: FactorRows,
  options: FactorOptions,
): Promise<FactorMatrix | undefined> {
  const made = await scaledMatrix(tf, rows, 1, options);
  if (made.meanSquare >= SAFE_MEAN_SQUARE[0] && made.meanSquare <= SAFE_MEAN_SQUARE[1]) return made;
  const largest = await largestMagnitude(tf, rows.values);
  if (!Number.isFinite(largest)) return undefined;
  if (largest === 0) return made;
  // float32 holds powers of two down to 2^-126 in full precision.
  const scale = 2 ** Math.max(-126, Math.ceil(Math.log2(largest)));
  const values = tf.div(rows.values, scale) as Tensor;
  try {
    return await scaledMatrix(tf, rows.of(values), scale, options);
  } finally {
    values.dispose();
  }
}

/** @param source rows that were divided by `scale` */
async function scaledMatrix(
  tf: Tf,
  source: FactorRows,
  scale: number,
  { homogeneous, divisor }: FactorOptions,
): Promise<FactorMatrix & { meanSquare: number }> {
  const { rows, columns } = source;
  const size = columns + (homogeneous ? 1 : 0);
  const factor = (scale * scale) / divisor;
  if (rows < size) {
    const products = await gram(tf, source);
    const bias = homogeneous ? 1 / divisor : 0;
    const meanSquare = trace(products, rows) / (rows * columns);
    return { matrix: products.map((value) => value * factor + bias), order: rows, zeros: size - rows, meanSquare };
  }
  const { products, sums } = await source.moments();
  const meanSquare = trace(products, columns) / (rows * columns);
  const matrix = homogeneous
    ? bordered(products, sums, { factor, corner: rows / divisor, sum: scale / divisor })
    : products.map((value) => value * factor);
  return { matrix, order: size, zeros: 0, meanSquare };
}

function trace(matrix: Float64Array, order: number): number {
  let sum = 0;
  for (let i = 0; i < order; i++) sum += matrix[i * order + i]!;
  return sum;
}

/** The matrix with the row and column of the bias before it. */
function bordered(
  products: Float64Array,
  sums: Float64Array,
  by: { factor: number; corner: number; sum: number },
): Float64Array {
  const columns = sums.length;
  const size = columns + 1;
  const matrix = new Float64Array(size * size);
  matrix[0] = by.corner;
  for (let i = 0; i < columns; i++) {
    matrix[i + 1] = sums[i]! * by.sum;
    matrix[(i + 1) * size] = sums[i]! * by.sum;
    for (let j = 0; j < columns; j++) matrix[(i + 1) * size + j + 1] = products[i * columns + j]! * by.factor;
  }
  return matrix;
}

async function largestMagnitude(tf: Tf, values: Tensor): Promise<number> {
  // The sum of zeros times everything is NaN as soon as one entry is not finite; the maximum alone may pass over NaN.
  const found = tf.tidy(() => tf.stack([tf.max(tf.abs(values)), tf.sum(tf.mul(values, 0))]));
  const [largest, check] = await found.data();
  found.dispose();
  return check === 0 ? largest! : Number.NaN;
}

/** Columns whose products are summed in float32. */
const GRAM_COLUMNS = 4096;

/** Products of all pairs of rows, row-major. There are fewer rows than columns, so they are made at once. */
async function gram(tf: Tf, source: FactorRows): Promise<Float64Array> {
  const { rows, columns } = source;
  const sums = new Float64Array(rows * rows);
  const all = tf.tidy(() => source.matrix());
  for (let from = 0; from < columns; from += GRAM_COLUMNS) {
    const product = tf.tidy(() => {
      const some = tf.slice(all, [0, from], [rows, Math.min(GRAM_COLUMNS, columns - from)]);
      return tf.matMul(some, some, false, true);
    });
    const values = await product.data();
    product.dispose();
    for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + values[i]!;
  }
  all.dispose();
  return sums;
}
