export type DistanceMetric = 'euclidean' | 'manhattan';

/** Rows measured at a time against one other row, so that it is loaded once for all of them. */
export const ROWS_PER_BLOCK = 4;

/**
 * Writes to `out` the distances of rows `from` to `from + 3` of `data`, row-major with rows of `length`, to row `other`;
 * squared for the Euclidean metric. In float64.
 */
type BlockDistances = (data: Float32Array, length: number, from: number, other: number, out: Float64Array) => void;

/** One function a metric: a test of the metric in the innermost loop would cost more than the loop. */
export const blockDistances = (metric: DistanceMetric): BlockDistances =>
  metric === 'euclidean' ? squaredEuclidean : manhattan;

const squaredEuclidean: BlockDistances = (data, length, from, other, out) => {
  const row0 = from * length;
  const row1 = row0 + length;
  const row2 = row1 + length;
  const row3 = row2 + length;
  const row = other * length;
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let k = 0; k < length; k++) {
    const value = data[row + k]!;
    const d0 = data[row0 + k]! - value;
    const d1 = data[row1 + k]! - value;
    const d2 = data[row2 + k]! - value;
    const d3 = data[row3 + k]! - value;
    sum0 += d0 * d0;
    sum1 += d1 * d1;
    sum2 += d2 * d2;
    sum3 += d3 * d3;
  }
  out[0] = sum0;
  out[1] = sum1;
  out[2] = sum2;
  out[3] = sum3;
};

const manhattan: BlockDistances = (data, length, from, other, out) => {
  const row0 = from * length;
  const row1 = row0 + length;
  const row2 = row1 + length;
  const row3 = row2 + length;
  const row = other * length;
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let k = 0; k < length; k++) {
    const value = data[row + k]!;
    sum0 += Math.abs(data[row0 + k]! - value);
    sum1 += Math.abs(data[row1 + k]! - value);
    sum2 += Math.abs(data[row2 + k]! - value);
    sum3 += Math.abs(data[row3 + k]! - value);
  }
  out[0] = sum0;
  out[1] = sum1;
  out[2] = sum2;
  out[3] = sum3;
};

/**
 * The distance of two rows, squared for the Euclidean metric, with the rounding of umap-learn 0.5.5 below 4,096 points:
 * differences and their squares to float32, their sum in float64. UMAP's graphs are made from small differences of
 * large distances, so that only equal rounding gives equal graphs.
 *
 * Where float32 overflows (outputs may be as large as 3e38) the distance is that of float64.
 */
export function distanceLikeUmap(
  data: Float32Array,
  length: number,
  a: number,
  b: number,
  metric: DistanceMetric,
): number {
  return metric === 'euclidean' ? squaredLikeUmap(data, length, a, b) : manhattanLikeUmap(data, length, a, b);
}

/** In four sums, of the entries k mod 4 = 0, 1, 2, 3, as SIMD makes them. */
function squaredLikeUmap(data: Float32Array, length: number, a: number, b: number): number {
  const { fround } = Math;
  const square = (k: number): number => {
    const difference = fround(data[a * length + k]! - data[b * length + k]!);
    return fround(difference * difference);
  };
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let k = 0; k < length; k += 4) {
    sum0 += square(k);
    if (k + 1 < length) sum1 += square(k + 1);
    if (k + 2 < length) sum2 += square(k + 2);
    if (k + 3 < length) sum3 += square(k + 3);
  }
  const rounded = sum0 + sum1 + (sum2 + sum3);
  if (Number.isFinite(rounded)) return rounded;
  let exact = 0;
  for (let k = 0; k < length; k++) exact += (data[a * length + k]! - data[b * length + k]!) ** 2;
  return exact;
}

function manhattanLikeUmap(data: Float32Array, length: number, a: number, b: number): number {
  let rounded = 0;
  let exact = 0;
  for (let k = 0; k < length; k++) {
    const difference = data[a * length + k]! - data[b * length + k]!;
    rounded += Math.abs(Math.fround(difference));
    exact += Math.abs(difference);
  }
  return Number.isFinite(rounded) ? rounded : exact;
}
