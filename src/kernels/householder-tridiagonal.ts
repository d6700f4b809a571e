/** A symmetric tridiagonal matrix: n diagonal entries, n - 1 entries beside the diagonal. */
interface Tridiagonal {
  diagonal: Float64Array;
  offDiagonal: Float64Array;
}

/**
 * Reduces matrix/scale, n×n, row-major, to tridiagonal form. Only the lower triangle is read, and nothing is changed.
 * `scale` is its largest |entry|, finite and not 0, so that squares of entries neither overflow nor vanish.
 */
export type ReduceToTridiagonal = (matrix: Float64Array, n: number, scale: number) => Tridiagonal;

/** Entries below 1e-100 of the largest count as zero: their squares would leave the range in which 1/β is finite. */
const NEGLIGIBLE_SQUARE = 1e-200;

/**
 * Reduces a symmetric matrix to tridiagonal form by Householder reflections, from the last row upwards
 * (Golub & Van Loan 2013, algorithm 8.3.1; the order of LAPACK's dsytd2).
 *
 * Step k reflects row k onto its last entry, with u the reflection's vector, p = β·A·u, w = p - (β/2)(pᵀu)·u, and
 * leaves the leading k×k part A - u·wᵀ - w·uᵀ. That update is not made at once but in the pass over the matrix that
 * forms the next product A·u: one pass a step instead of two, and memory traffic is what bounds this loop. Four rows are
 * taken together, so that each u, v, w entry loaded serves four rows.
 *
 * The plain twin of the kernel that is used, `wasmTridiagonal`.
 */
export const reduceToTridiagonal: ReduceToTridiagonal = (given, n, scale) => {
  const matrix = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let k = row * n; k <= row * n + row; k++) matrix[k] = given[k]! / scale;
  }
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(Math.max(0, n - 1));
  const w = new Float64Array(n);
  const product = new Float64Array(n);
  /** The reflection of the step before, whose update is still owed; zero at first. */
  let v = new Float64Array(n);
  let u = new Float64Array(n);

  for (let k = n - 1; k >= 1; k--) {
    const row = k * n;
    const vk = v[k]!;
    const wk = w[k]!;
    for (let j = 0; j <= k; j++) matrix[row + j] = matrix[row + j]! - (vk * w[j]! + wk * v[j]!);
    diagonal[k] = matrix[row + k]!;

    let tail = 0;
    for (let j = 0; j < k - 1; j++) tail += matrix[row + j]! ** 2;
    const last = matrix[row + k - 1]!;
    for (let j = 0; j < k; j++) u[j] = matrix[row + j]!;
    let beta = 0;
    if (tail < NEGLIGIBLE_SQUARE) {
      // Tridiagonal in this row already: no reflection, but the update owed from before must still be made.
      offDiagonal[k - 1] = last;
      u.fill(0, 0, k);
    } else {
      // The sign that adds: u's last entry is free of cancellation.
      const norm = last > 0 ? -Math.sqrt(tail + last * last) : Math.sqrt(tail + last * last);
      offDiagonal[k - 1] = norm;
      u[k - 1] = last - norm;
      beta = 1 / (norm * (norm - last));
    }

    updateAndMultiply(matrix, n, k, v, w, u, product);
    let pu = 0;
    for (let j = 0; j < k; j++) pu += product[j]! * u[j]!;
    // Not β², which overflows for the smallest reflections.
    const shift = (beta * (beta * pu)) / 2;
    for (let j = 0; j < k; j++) w[j] = beta * product[j]! - shift * u[j]!;
    [v, u] = [u, v];
  }
  if (n > 0) diagonal[0] = matrix[0]! - 2 * v[0]! * w[0]!;
  return { diagonal, offDiagonal };
};

/** On the lower triangle of the leading k×k part: A -= v·wᵀ + w·vᵀ, and product = A·u with the new A. */
function updateAndMultiply(
  a: Float64Array,
  n: number,
  k: number,
  v: Float64Array,
  w: Float64Array,
  u: Float64Array,
  product: Float64Array,
): void {
  product.fill(0, 0, k);
  const whole = k - (k % 4);
  for (let i = 0; i < whole; i += 4) {
    const r0 = i * n;
    const r1 = r0 + n;
    const r2 = r1 + n;
    const r3 = r2 + n;
    const v0 = v[i]!;
    const v1 = v[i + 1]!;
    const v2 = v[i + 2]!;
    const v3 = v[i + 3]!;
    const w0 = w[i]!;
    const w1 = w[i + 1]!;
    const w2 = w[i + 2]!;
    const w3 = w[i + 3]!;
    const u0 = u[i]!;
    const u1 = u[i + 1]!;
    const u2 = u[i + 2]!;
    const u3 = u[i + 3]!;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < i; j++) {
      const vj = v[j]!;
      const wj = w[j]!;
      const uj = u[j]!;
      const a0 = a[r0 + j]! - v0 * wj - w0 * vj;
      const a1 = a[r1 + j]! - v1 * wj - w1 * vj;
      const a2 = a[r2 + j]! - v2 * wj - w2 * vj;
      const a3 = a[r3 + j]! - v3 * wj - w3 * vj;
      a[r0 + j] = a0;
      a[r1 + j] = a1;
      a[r2 + j] = a2;
      a[r3 + j] = a3;
      s0 += a0 * uj;
      s1 += a1 * uj;
      s2 += a2 * uj;
      s3 += a3 * uj;
      product[j] = product[j]! + (a0 * u0 + a1 * u1 + a2 * u2 + a3 * u3);
    }
    product[i] = product[i]! + s0;
    product[i + 1] = product[i + 1]! + s1;
    product[i + 2] = product[i + 2]! + s2;
    product[i + 3] = product[i + 3]! + s3;
    for (let r = i; r < i + 4; r++) updateAndMultiplyRow(a, n, r, i, v, w, u, product);
  }
  for (let r = whole; r < k; r++) updateAndMultiplyRow(a, n, r, 0, v, w, u, product);
}

/** The part of `updateAndMultiply` for one row, from column `from` to the diagonal. */
function updateAndMultiplyRow(
  a: Float64Array,
  n: number,
  r: number,
  from: number,
  v: Float64Array,
  w: Float64Array,
  u: Float64Array,
  product: Float64Array,
): void {
  const row = r * n;
  const vr = v[r]!;
  const wr = w[r]!;
  const ur = u[r]!;
  let sum = 0;
  for (let j = from; j < r; j++) {
    const entry = a[row + j]! - vr * w[j]! - wr * v[j]!;
    a[row + j] = entry;
    sum += entry * u[j]!;
    product[j] = product[j]! + entry * ur;
  }
  const onDiagonal = a[row + r]! - 2 * vr * wr;
  a[row + r] = onDiagonal;
  product[r] = product[r]! + sum + onDiagonal * ur;
}
