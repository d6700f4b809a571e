// AssemblyScript: compiled to dist/kernels/vector-distances.wasm by tools/build-kernels.mjs. Its memory is shared between
// threads and laid out by ../vector-table.ts. The plain TypeScript twin is ../../domain/surrogate/nearest-neighbours.ts.
//
// Addresses, strides and row lengths are in bytes. Rows start at multiples of 16 and are padded with zeros to one.
// 16-bit entries are stored as x - 32768, so that signed instructions compare them: the pairwise sum of signed products
// is one machine instruction, and Σ|a - b| = Σa + Σb - 2·Σmin(a, b) needs only the sum of minima for every pair of rows.

/** Bytes of each row that are compared before the next rows are loaded: eight rows of it fit into the first cache. */
const CHUNK: usize = 4096;

// @ts-ignore: decorator
@inline
function sumOfLanes(sums: v128): f64 {
  return <f64>(
    (i32x4.extract_lane(sums, 0) +
      i32x4.extract_lane(sums, 1) +
      (i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3)))
  );
}

// @ts-ignore: decorator
@inline
function sumOfFloats(sums: v128): f64 {
  return (
    <f64>f32x4.extract_lane(sums, 0) +
    <f64>f32x4.extract_lane(sums, 1) +
    (<f64>f32x4.extract_lane(sums, 2) + <f64>f32x4.extract_lane(sums, 3))
  );
}

// @ts-ignore: decorator
@inline
function add(address: usize, offset: usize, value: f64): void {
  store<f64>(address + offset, load<f64>(address + offset) + value);
}

/** Σ + pairwise sums of min(a, b) */
// @ts-ignore: decorator
@inline
function plusMinimum(sums: v128, a: v128, b: v128, ones: v128): v128 {
  return i32x4.add(sums, i32x4.dot_i16x8_s(i16x8.min_s(a, b), ones));
}

/** Subtracts 2·Σmin from 4×2 entries of `out`, rows `outStride` apart. */
function minimaOf4x2(a: usize, b: usize, stride: usize, length: usize, out: usize, outStride: usize): void {
  const a1 = a + stride;
  const a2 = a1 + stride;
  const a3 = a2 + stride;
  const b1 = b + stride;
  const ones = i16x8.splat(1);
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
    s00 = plusMinimum(s00, row, x, ones);
    s01 = plusMinimum(s01, row, y, ones);
    row = v128.load(a1 + k);
    s10 = plusMinimum(s10, row, x, ones);
    s11 = plusMinimum(s11, row, y, ones);
    row = v128.load(a2 + k);
    s20 = plusMinimum(s20, row, x, ones);
    s21 = plusMinimum(s21, row, y, ones);
    row = v128.load(a3 + k);
    s30 = plusMinimum(s30, row, x, ones);
    s31 = plusMinimum(s31, row, y, ones);
  }
  add(out, 0, -2 * sumOfLanes(s00));
  add(out, 8, -2 * sumOfLanes(s01));
  out += outStride;
  add(out, 0, -2 * sumOfLanes(s10));
  add(out, 8, -2 * sumOfLanes(s11));
  out += outStride;
  add(out, 0, -2 * sumOfLanes(s20));
  add(out, 8, -2 * sumOfLanes(s21));
  out += outStride;
  add(out, 0, -2 * sumOfLanes(s30));
  add(out, 8, -2 * sumOfLanes(s31));
}

/** Σ + (a - b)² */
// @ts-ignore: decorator
@inline
function plusSquare(sums: v128, a: v128, b: v128): v128 {
  const difference = f32x4.sub(a, b);
  return f32x4.add(sums, f32x4.mul(difference, difference));
}

/** Adds Σ(a - b)² to 4×2 entries of `out`, summed in float32 over `length`. */
function squaresOf4x2(a: usize, b: usize, stride: usize, length: usize, out: usize, outStride: usize): void {
  const a1 = a + stride;
  const a2 = a1 + stride;
  const a3 = a2 + stride;
  const b1 = b + stride;
  let s00 = f32x4.splat(0);
  let s01 = f32x4.splat(0);
  let s10 = f32x4.splat(0);
  let s11 = f32x4.splat(0);
  let s20 = f32x4.splat(0);
  let s21 = f32x4.splat(0);
  let s30 = f32x4.splat(0);
  let s31 = f32x4.splat(0);
  for (let k: usize = 0; k < length; k += 16) {
    const x = v128.load(b + k);
    const y = v128.load(b1 + k);
    let row = v128.load(a + k);
    s00 = plusSquare(s00, row, x);
    s01 = plusSquare(s01, row, y);
    row = v128.load(a1 + k);
    s10 = plusSquare(s10, row, x);
    s11 = plusSquare(s11, row, y);
    row = v128.load(a2 + k);
    s20 = plusSquare(s20, row, x);
    s21 = plusSquare(s21, row, y);
    row = v128.load(a3 + k);
    s30 = plusSquare(s30, row, x);
    s31 = plusSquare(s31, row, y);
  }
  add(out, 0, sumOfFloats(s00));
  add(out, 8, sumOfFloats(s01));
  out += outStride;
  add(out, 0, sumOfFloats(s10));
  add(out, 8, sumOfFloats(s11));
  out += outStride;
  add(out, 0, sumOfFloats(s20));
  add(out, 8, sumOfFloats(s21));
  out += outStride;
  add(out, 0, sumOfFloats(s30));
  add(out, 8, sumOfFloats(s31));
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
  for (let from: usize = 0; from < length; from += CHUNK) {
    const part = min<usize>(CHUNK, length - from);
    for (let i: usize = 0; i < countA; i += 4) {
      for (let j: usize = 0; j < countB; j += 2) {
        minimaOf4x2(a + i * stride + from, b + j * stride + from, stride, part, out + i * outStride + (j << 3), outStride);
      }
    }
  }
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
  const outStride = countB << 3;
  memory.fill(out, 0, countA * outStride);
  for (let from: usize = 0; from < length; from += CHUNK) {
    const part = min<usize>(CHUNK, length - from);
    for (let i: usize = 0; i < countA; i += 4) {
      for (let j: usize = 0; j < countB; j += 2) {
        squaresOf4x2(a + i * stride + from, b + j * stride + from, stride, part, out + i * outStride + (j << 3), outStride);
      }
    }
  }
}

/** The Manhattan distance of two rows, exact. */
export function manhattanPair(a: usize, sumA: f64, b: usize, sumB: f64, length: usize): f64 {
  const ones = i16x8.splat(1);
  let total: f64 = 0;
  for (let from: usize = 0; from < length; from += CHUNK) {
    const end = min<usize>(from + CHUNK, length);
    let even = i32x4.splat(0);
    let odd = i32x4.splat(0);
    let k = from;
    for (; k + 32 <= end; k += 32) {
      even = plusMinimum(even, v128.load(a + k), v128.load(b + k), ones);
      odd = plusMinimum(odd, v128.load(a + k, 16), v128.load(b + k, 16), ones);
    }
    if (k < end) even = plusMinimum(even, v128.load(a + k), v128.load(b + k), ones);
    total += sumOfLanes(i32x4.add(even, odd));
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

/** Sets bits of `flags` where `row` differs from `first`. */
export function markDifferent(row: usize, first: usize, flags: usize, length: usize): void {
  for (let k: usize = 0; k < length; k += 16) {
    v128.store(flags + k, v128.or(v128.load(flags + k), v128.xor(v128.load(row + k), v128.load(first + k))));
  }
}

/** Keeps of a row of 16-bit entries those at the `kept` ascending places in `places` (uint32), and pads with zeros. */
export function keepIntegers(row: usize, places: usize, kept: usize, length: usize): void {
  for (let k: usize = 0; k < kept; k++) {
    store<u16>(row + (k << 1), load<u16>(row + (<usize>load<u32>(places + (k << 2)) << 1)));
  }
  memory.fill(row + (kept << 1), 0, length - (kept << 1));
}

/** The same for 32-bit entries. */
export function keepFloats(row: usize, places: usize, kept: usize, length: usize): void {
  for (let k: usize = 0; k < kept; k++) {
    store<u32>(row + (k << 2), load<u32>(row + (<usize>load<u32>(places + (k << 2)) << 2)));
  }
  memory.fill(row + (kept << 2), 0, length - (kept << 2));
}

/** Turns a row's uint16 entries x into x - 32768. @returns their sum */
export function prepareIntegers(row: usize, length: usize): f64 {
  const sign = i16x8.splat(<i16>0x8000);
  const ones = i16x8.splat(1);
  let total: f64 = 0;
  for (let from: usize = 0; from < length; from += CHUNK) {
    const end = min<usize>(from + CHUNK, length);
    let sums = i32x4.splat(0);
    for (let k = from; k < end; k += 16) {
      const values = v128.xor(v128.load(row + k), sign);
      v128.store(row + k, values);
      sums = i32x4.add(sums, i32x4.dot_i16x8_s(values, ones));
    }
    total += sumOfLanes(sums);
  }
  return total;
}

/**
 * Sums groups of 16 neighbouring entries of a row prepared by `prepareIntegers`, each divided by 16 and rounded down,
 * to 16-bit entries at `out`.
 * @param groups how many; the row has 16 entries for each, those beyond its end being zero bytes
 * @returns the sum of the results
 */
export function groupIntegers(row: usize, length: usize, out: usize, groups: usize): f64 {
  const ones = i16x8.splat(1);
  let total: f64 = 0;
  for (let group: usize = 0; group < groups; group++) {
    const at = group << 5;
    let sums = i32x4.dot_i16x8_s(v128.load(row + at), ones);
    if (at + 16 < length) sums = i32x4.add(sums, i32x4.dot_i16x8_s(v128.load(row + at, 16), ones));
    const sum =
      i32x4.extract_lane(sums, 0) +
      i32x4.extract_lane(sums, 1) +
      (i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3));
    const value = sum >> 4;
    store<i16>(out + (group << 1), <i16>value);
    total += <f64>value;
  }
  return total;
}
