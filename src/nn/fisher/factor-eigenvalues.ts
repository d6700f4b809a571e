import type { Tensor, Tf } from '../../domain/operators/types.js';
import { symmetricEigenvalues } from '../../kernels/symmetric-eigenvalues.js';
import type { RowSource } from './row-source.js';

export interface FactorOptions {
  /** Whether every row gets a leading 1, the input of the bias. */
  homogeneous: boolean;
  /** What the sum of outer products is divided by. */
  divisor: number;
}

/**
 * Eigenvalues, ascending, of Σ r̄ r̄ᵀ / divisor over the rows r of a source: one for each column, and one for the bias.
 * All NaN where an entry is not finite.
 *
 * With fewer rows than columns they are taken from the rows × rows Gram matrix, which has the same non-zero ones, and
 * filled up with zeros. Entries are scaled by a power of two to a largest magnitude of about 1 first, so that float32
 * products neither overflow nor vanish where gradients are tiny or huge; sums over pieces are float64.
 */
export async function factorEigenvalues(tf: Tf, source: RowSource, options: FactorOptions): Promise<Float64Array> {
  const size = source.columns + (options.homogeneous ? 1 : 0);
  const largest = await largestMagnitude(tf, source.values);
  if (!Number.isFinite(largest)) return new Float64Array(size).fill(Number.NaN);
  // float32 holds powers of two down to 2^-126 in full precision.
  const scale = largest === 0 ? 1 : 2 ** Math.max(-126, Math.ceil(Math.log2(largest)));
  if (source.rows < size) {
    const gram = await gramMatrix(tf, source, scale, options);
    const eigenvalues = new Float64Array(size);
    // Rounding can make the smallest ones negative: sorting keeps the order ascending.
    eigenvalues.set(symmetricEigenvalues(gram, source.rows));
    return eigenvalues.sort();
  }
  return symmetricEigenvalues(await secondMoment(tf, source, scale, options), size);
}

async function largestMagnitude(tf: Tf, values: Tensor): Promise<number> {
  // The sum of zeros times everything is NaN as soon as one entry is not finite; the maximum alone may pass over NaN.
  const found = tf.tidy(() => tf.stack([tf.max(tf.abs(values)), tf.sum(tf.mul(values, 0))]));
  const [largest, check] = await found.data();
  found.dispose();
  return check === 0 ? largest! : Number.NaN;
}

/** Σ r̄ r̄ᵀ / divisor, row-major. */
async function secondMoment(
  tf: Tf,
  { pieces, columns, rows }: RowSource,
  scale: number,
  { homogeneous, divisor }: FactorOptions,
): Promise<Float64Array> {
  const products = new Float64Array(columns * columns);
  const sums = new Float64Array(columns);
  for (const piece of pieces) {
    const [product, sum] = tf.tidy((): [Tensor, Tensor] => {
      const scaled = tf.div(piece(), scale);
      return [tf.matMul(scaled, scaled, true, false), tf.sum(scaled, 0)];
    });
    addTo(products, await product.data(), 1);
    addTo(sums, await sum.data(), 1);
    tf.dispose([product, sum]);
  }
  const offset = homogeneous ? 1 : 0;
  const size = columns + offset;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < columns; j++) {
      matrix[(i + offset) * size + j + offset] = (products[i * columns + j]! * scale * scale) / divisor;
    }
  }
  if (homogeneous) {
    matrix[0] = rows / divisor;
    for (let i = 0; i < columns; i++) {
      const sum = (sums[i]! * scale) / divisor;
      matrix[i + 1] = sum;
      matrix[(i + 1) * size] = sum;
    }
  }
  return matrix;
}

/** Columns whose products are summed in float32. */
const GRAM_COLUMNS = 4096;

/** r̄ᵢᵀr̄ⱼ / divisor for all rows, row-major. There are fewer rows than columns, so they are made at once. */
async function gramMatrix(
  tf: Tf,
  { pieces, columns, rows }: RowSource,
  scale: number,
  { homogeneous, divisor }: FactorOptions,
): Promise<Float64Array> {
  const matrix = new Float64Array(rows * rows);
  const all = tf.tidy(() => {
    const made = pieces.map((piece) => tf.div(piece(), scale) as ReturnType<Tf['tensor2d']>);
    return made.length === 1 ? made[0]! : tf.concat(made, 0);
  });
  try {
    for (let from = 0; from < columns; from += GRAM_COLUMNS) {
      const product = tf.tidy(() => {
        const some = tf.slice(all, [0, from], [rows, Math.min(GRAM_COLUMNS, columns - from)]);
        return tf.matMul(some, some, false, true);
      });
      addTo(matrix, await product.data(), scale * scale);
      product.dispose();
    }
  } finally {
    all.dispose();
  }
  const bias = homogeneous ? 1 : 0;
  return matrix.map((value) => (value + bias) / divisor);
}

function addTo(sums: Float64Array, values: ArrayLike<number>, factor: number): void {
  for (let i = 0; i < sums.length; i++) sums[i] = sums[i]! + values[i]! * factor;
}
