// AssemblyScript: compiled to dist/kernels/householder-tridiagonal.wasm by tools/build-kernels.mjs.
// The method, in plain TypeScript and explained, is ../householder-tridiagonal.ts; this one takes two columns at a time
// in SIMD and two rows, so that every entry of v, w and u that is loaded serves four entries of the matrix. That fills
// the arithmetic units without spilling registers: four rows at once, or panels as in LAPACK's dsytrd, measured slower.
//
// All lengths are in bytes unless they are called orders or rows. Vectors start at multiples of 16 bytes; rows of the
// matrix are `stride` bytes apart, a multiple of 16.

/** Entries below 1e-100 of the largest count as zero: their squares would leave the range in which 1/β is finite. */
const NEGLIGIBLE_SQUARE: f64 = 1e-200;

// @ts-ignore: decorator
@inline
function sumOfLanes(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}

/** a - x·w - y·v */
// @ts-ignore: decorator
@inline
function updated(a: v128, x: v128, w: v128, y: v128, v: v128): v128 {
  return f64x2.sub(f64x2.sub(a, f64x2.mul(x, w)), f64x2.mul(y, v));
}

/** Of rows i and i + 1, i even, up to the diagonal: A -= v·wᵀ + w·vᵀ, and what they add to product = A·u. */
// @ts-ignore: decorator
@inline
function updateTwoRows(
  matrix: usize,
  stride: usize,
  i: usize,
  v: usize,
  w: usize,
  u: usize,
  product: usize,
): void {
  const at = i << 3;
  const row0 = matrix + i * stride;
  const row1 = row0 + stride;
  const v0 = v128.load64_splat(v + at);
  const v1 = v128.load64_splat(v + at, 8);
  const w0 = v128.load64_splat(w + at);
  const w1 = v128.load64_splat(w + at, 8);
  const u0 = v128.load64_splat(u + at);
  const u1 = v128.load64_splat(u + at, 8);
  let sum0 = f64x2.splat(0);
  let sum1 = f64x2.splat(0);
  let j: usize = 0;
  for (; j + 32 <= at; j += 32) {
    let vj = v128.load(v + j);
    let wj = v128.load(w + j);
    let uj = v128.load(u + j);
    let a0 = updated(v128.load(row0 + j), v0, wj, w0, vj);
    let a1 = updated(v128.load(row1 + j), v1, wj, w1, vj);
    v128.store(row0 + j, a0);
    v128.store(row1 + j, a1);
    sum0 = f64x2.add(sum0, f64x2.mul(a0, uj));
    sum1 = f64x2.add(sum1, f64x2.mul(a1, uj));
    v128.store(product + j, f64x2.add(f64x2.add(v128.load(product + j), f64x2.mul(a0, u0)), f64x2.mul(a1, u1)));
    vj = v128.load(v + j, 16);
    wj = v128.load(w + j, 16);
    uj = v128.load(u + j, 16);
    a0 = updated(v128.load(row0 + j, 16), v0, wj, w0, vj);
    a1 = updated(v128.load(row1 + j, 16), v1, wj, w1, vj);
    v128.store(row0 + j, a0, 16);
    v128.store(row1 + j, a1, 16);
    sum0 = f64x2.add(sum0, f64x2.mul(a0, uj));
    sum1 = f64x2.add(sum1, f64x2.mul(a1, uj));
    v128.store(
      product + j,
      f64x2.add(f64x2.add(v128.load(product + j, 16), f64x2.mul(a0, u0)), f64x2.mul(a1, u1)),
      16,
    );
  }
  if (j < at) {
    const vj = v128.load(v + j);
    const wj = v128.load(w + j);
    const uj = v128.load(u + j);
    const a0 = updated(v128.load(row0 + j), v0, wj, w0, vj);
    const a1 = updated(v128.load(row1 + j), v1, wj, w1, vj);
    v128.store(row0 + j, a0);
    v128.store(row1 + j, a1);
    sum0 = f64x2.add(sum0, f64x2.mul(a0, uj));
    sum1 = f64x2.add(sum1, f64x2.mul(a1, uj));
    v128.store(product + j, f64x2.add(f64x2.add(v128.load(product + j), f64x2.mul(a0, u0)), f64x2.mul(a1, u1)));
  }
  // The block on the diagonal: rows i and i + 1 of columns i and i + 1, of which three entries count.
  const vs = v128.load(v + at);
  const ws = v128.load(w + at);
  const top = load<f64>(row0 + at) - 2 * (f64x2.extract_lane(vs, 0) * f64x2.extract_lane(ws, 0));
  const bottom = updated(v128.load(row1 + at), v1, ws, w1, vs);
  store<f64>(row0 + at, top);
  v128.store(row1 + at, bottom);
  const ui = f64x2.extract_lane(u0, 0);
  const uj = f64x2.extract_lane(u1, 0);
  const below = f64x2.extract_lane(bottom, 0);
  const corner = f64x2.extract_lane(bottom, 1);
  const add0 = sumOfLanes(sum0) + (top * ui + below * uj);
  const add1 = sumOfLanes(sum1) + (below * ui + corner * uj);
  v128.store(product + at, f64x2.add(v128.load(product + at), f64x2.replace_lane(f64x2.splat(add0), 1, add1)));
}

/** The same for one row. */
function updateRow(
  matrix: usize,
  stride: usize,
  i: usize,
  v: usize,
  w: usize,
  u: usize,
  product: usize,
): void {
  const row = matrix + i * stride;
  const at = i << 3;
  const vi = load<f64>(v + at);
  const wi = load<f64>(w + at);
  const ui = load<f64>(u + at);
  let sum: f64 = 0;
  for (let j: usize = 0; j < at; j += 8) {
    const a = load<f64>(row + j) - vi * load<f64>(w + j) - wi * load<f64>(v + j);
    store<f64>(row + j, a);
    sum += a * load<f64>(u + j);
    store<f64>(product + j, load<f64>(product + j) + a * ui);
  }
  const onDiagonal = load<f64>(row + at) - 2 * vi * wi;
  store<f64>(row + at, onDiagonal);
  store<f64>(product + at, load<f64>(product + at) + sum + onDiagonal * ui);
}

/** On the lower triangle of the leading k×k part: A -= v·wᵀ + w·vᵀ, and product = A·u with the new A. */
function updateAndMultiply(
  matrix: usize,
  stride: usize,
  k: usize,
  v: usize,
  w: usize,
  u: usize,
  product: usize,
): void {
  memory.fill(product, 0, k << 3);
  let i: usize = 0;
  for (; i + 2 <= k; i += 2) {
    updateTwoRows(matrix, stride, i, v, w, u, product);
  }
  if (i < k) updateRow(matrix, stride, i, v, w, u, product);
}

/** Sum of a·b over `length` bytes. */
function dot(a: usize, b: usize, length: usize): f64 {
  let sum = f64x2.splat(0);
  const pairs = length & ~15;
  for (let j: usize = 0; j < pairs; j += 16) sum = f64x2.add(sum, f64x2.mul(v128.load(a + j), v128.load(b + j)));
  const rest = pairs < length ? load<f64>(a + pairs) * load<f64>(b + pairs) : 0;
  return sumOfLanes(sum) + rest;
}

/** Makes u from row k, whose owed update is done on the way; sets diagonal k and off-diagonal k - 1. @returns β */
function reflection(
  row: usize,
  k: usize,
  v: usize,
  w: usize,
  u: usize,
  diagonal: usize,
  offDiagonal: usize,
): f64 {
  const at = k << 3;
  const before = at - 8;
  const vk = load<f64>(v + at);
  const wk = load<f64>(w + at);
  for (let j: usize = 0; j <= at; j += 8) {
    store<f64>(u + j, load<f64>(row + j) - (vk * load<f64>(w + j) + wk * load<f64>(v + j)));
  }
  store<f64>(diagonal + at, load<f64>(u + at));
  const tail = dot(u, u, before);
  const last = load<f64>(u + before);
  if (tail < NEGLIGIBLE_SQUARE) {
    // Tridiagonal in this row already: no reflection, but the update owed from before must still be made.
    store<f64>(offDiagonal + before, last);
    memory.fill(u, 0, at);
    return 0;
  }
  // The sign that adds: u's last entry is free of cancellation.
  const length = sqrt(tail + last * last);
  const norm = last > 0 ? -length : length;
  store<f64>(offDiagonal + before, norm);
  store<f64>(u + before, last - norm);
  return 1 / (norm * (norm - last));
}

/**
 * Reduces a symmetric matrix of the given order to tridiagonal form; its lower triangle is used and destroyed.
 * @param order rows, at least 1
 * @param work four vectors of `order` + 2 entries each, rounded up to an even number of entries
 */
export function reduce(
  matrix: usize,
  stride: usize,
  order: usize,
  diagonal: usize,
  offDiagonal: usize,
  work: usize,
): void {
  const length = ((order + 3) & ~1) << 3;
  let u = work;
  let v = work + length;
  const w = work + 2 * length;
  const product = work + 3 * length;
  memory.fill(work, 0, 4 * length);
  for (let k = order - 1; k >= 1; k--) {
    const beta = reflection(matrix + k * stride, k, v, w, u, diagonal, offDiagonal);
    updateAndMultiply(matrix, stride, k, v, w, u, product);
    const bytes = k << 3;
    const shift = (beta * (beta * dot(product, u, bytes))) / 2;
    for (let j: usize = 0; j < bytes; j += 8) {
      store<f64>(w + j, beta * load<f64>(product + j) - shift * load<f64>(u + j));
    }
    const previous = v;
    v = u;
    u = previous;
  }
  store<f64>(diagonal, load<f64>(matrix) - 2 * load<f64>(v) * load<f64>(w));
}
