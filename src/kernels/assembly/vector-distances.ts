// AssemblyScript: compiled to dist/kernels/vector-distances.wasm by tools/build-kernels.mjs. Its memory is shared between
// threads and laid out by ../vector-table.ts. The plain TypeScript twin is ../../domain/surrogate/embedding/nearest-neighbours.ts.
//
// Addresses, strides and row lengths are in bytes. Rows start at multiples of 16 and are padded with zeros to one.
// 16-bit entries are stored as x - 32768, so that signed instructions compare them: the pairwise sum of signed products
// is one machine instruction, and Σ|a - b| = Σa + Σb - 2·Σmin(a, b) needs only the sum of minima for every pair of rows.

import { CHUNK, sumOfLanes } from './vector-rows';

export { groupIntegers, keepFloats, keepIntegers, markDifferent, prepareIntegers } from './vector-rows';

/** What a pair of rows adds up: of 16-bit entries (T = i16) pairwise sums of min(a, b), of float32 ones (a - b)². */
// @ts-ignore: decorator
@inline
function plus<T>(sums: v128, a: v128, b: v128): v128 {
  if (isInteger<T>()) return i32x4.add(sums, i32x4.dot_i16x8_s(i16x8.min_s(a, b), i16x8.splat(1)));
  const difference = f32x4.sub(a, b);
  return f32x4.add(sums, f32x4.mul(difference, difference));
}

/** The sum of four int32 (T = i16) or float32 lanes. */
// @ts-ignore: decorator
@inline
function sumOf<T>(sums: v128): f64 {
  if (isInteger<T>()) return <f64>sumOfLanes(sums);
  return (
    <f64>f32x4.extract_lane(sums, 0) +
    <f64>f32x4.extract_lane(sums, 1) +
    (<f64>f32x4.extract_lane(sums, 2) + <f64>f32x4.extract_lane(sums, 3))
  );
}

/** To an entry of distances: -2·Σmin, or Σ(a - b)². */
// @ts-ignore: decorator
@inline
function add<T>(address: usize, offset: usize, sums: v128): void {
  const value = isInteger<T>() ? -2 * sumOf<T>(sums) : sumOf<T>(sums);
  store<f64>(address + offset, load<f64>(address + offset) + value);
}

/** Adds to 4×2 entries of `out`, rows `outStride` apart, what `length` bytes of four rows and two others give. */
function addTo4x2<T>(a: usize, b: usize, stride: usize, length: usize, out: usize, outStride: usize): void {
  const a1 = a + stride;
  const a2 = a1 + stride;
  const a3 = a2 + stride;
  const b1 = b + stride;
  let s00 = i32x4.splat(0);
  let s01 = i32x4.splat(0);
  let s10 = i32x4.splat(0);
  let s11 = i32x4.splat(0);
  let s20 = i32x4.splat(0);
  let s21 = i32x4.splat(0);
  let s30 = i32x4.splat(0);
  let s31 = i32x4.splat(0);
  for (let k: usize = 0; k < length; k += 16) {
    const x = v128.load(b + k);
    const y = v128.load(b1 + k);
    let row = v128.load(a + k);
    s00 = plus<T>(s00, row, x);
    s01 = plus<T>(s01, row, y);
    row = v128.load(a1 + k);
    s10 = plus<T>(s10, row, x);
    s11 = plus<T>(s11, row, y);
    row = v128.load(a2 + k);
    s20 = plus<T>(s20, row, x);
    s21 = plus<T>(s21, row, y);
    row = v128.load(a3 + k);
    s30 = plus<T>(s30, row, x);
    s31 = plus<T>(s31, row, y);
  }
  add<T>(out, 0, s00);
  add<T>(out, 8, s01);
  out += outStride;
  add<T>(out, 0, s10);
  add<T>(out, 8, s11);
  out += outStride;
  add<T>(out, 0, s20);
  add<T>(out, 8, s21);
  out += outStride;
  add<T>(out, 0, s30);
  add<T>(out, 8, s31);
}

/** The same for all pairs of rows, a chunk of their length after another. */
function addToTile<T>(
  a: usize,
  countA: usize,
  b: usize,
  countB: usize,
  stride: usize,
  length: usize,
  out: usize,
): void {
  const outStride = countB << 3;
  for (let from: usize = 0; from < length; from += CHUNK) {
    const part = min<usize>(CHUNK, length - from);
    for (let i: usize = 0; i < countA; i += 4) {
      for (let j: usize = 0; j < countB; j += 2) {
        addTo4x2<T>(a + i * stride + from, b + j * stride + from, stride, part, out + i * outStride + (j << 3), outStride);
      }
    }
  }
}

/**
 * Manhattan distances, exact, of `countA` rows from `a` on to `countB` rows from `b` on: float64[countA × countB] at `out`.
 * @param countA a multiple of 4
 * @param countB a multiple of 2
 * @param sumsA float64 sums of the rows' entries, as `prepareIntegers` gives them
 */
export function manhattanTile(
  a: usize,
  countA: usize,
  sumsA: usize,
  b: usize,
  countB: usize,
  sumsB: usize,
  stride: usize,
  length: usize,
  out: usize,
): void {
  const outStride = countB << 3;
  for (let i: usize = 0; i < countA; i++) {
    const own = load<f64>(sumsA + (i << 3));
    for (let j: usize = 0; j < countB; j++) {
      store<f64>(out + i * outStride + (j << 3), own + load<f64>(sumsB + (j << 3)));
    }
  }
  addToTile<i16>(a, countA, b, countB, stride, length, out);
}

/** The same for squared Euclidean distances of float32 rows, with a relative error below 2e-5 unless it overflows. */
export function squaredEuclideanTile(
  a: usize,
  countA: usize,
  b: usize,
  countB: usize,
  stride: usize,
  length: usize,
  out: usize,
): void {
  memory.fill(out, 0, (countA * countB) << 3);
  addToTile<f32>(a, countA, b, countB, stride, length, out);
}

/** The Manhattan distance of two rows, exact. */
export function manhattanPair(a: usize, sumA: f64, b: usize, sumB: f64, length: usize): f64 {
  let total: f64 = 0;
  for (let from: usize = 0; from < length; from += CHUNK) {
    const end = min<usize>(from + CHUNK, length);
    let even = i32x4.splat(0);
    let odd = i32x4.splat(0);
    let k = from;
    for (; k + 32 <= end; k += 32) {
      even = plus<i16>(even, v128.load(a + k), v128.load(b + k));
      odd = plus<i16>(odd, v128.load(a + k, 16), v128.load(b + k, 16));
    }
    if (k < end) even = plus<i16>(even, v128.load(a + k), v128.load(b + k));
    total += sumOf<i16>(i32x4.add(even, odd));
  }
  return sumA + sumB - 2 * total;
}

/**
 * The squared Euclidean distance of two rows with the rounding of `squaredLikeUmap`: differences and squares to float32,
 * four sums in float64, of the entries k mod 4 = 0, 1, 2, 3. Infinite where float32 overflows.
 */
export function squaredEuclideanPair(a: usize, b: usize, length: usize): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let k: usize = 0; k < length; k += 16) {
    const difference = f32x4.sub(v128.load(a + k), v128.load(b + k));
    const square = f32x4.mul(difference, difference);
    low = f64x2.add(low, f64x2.promote_low_f32x4(square));
    high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i32>(square, square, 2, 3, 2, 3)));
  }
  return (
    f64x2.extract_lane(low, 0) +
    f64x2.extract_lane(low, 1) +
    (f64x2.extract_lane(high, 0) + f64x2.extract_lane(high, 1))
  );
}

/** The same in float64 throughout. */
export function squaredEuclideanPairWide(a: usize, b: usize, length: usize): f64 {
  let total: f64 = 0;
  for (let k: usize = 0; k < length; k += 4) {
    const difference = <f64>load<f32>(a + k) - <f64>load<f32>(b + k);
    total += difference * difference;
  }
  return total;
}
