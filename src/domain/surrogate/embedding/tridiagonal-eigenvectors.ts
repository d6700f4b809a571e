/**
 * Eigenvalues and eigenvectors of a symmetric tridiagonal matrix of order m by implicit QL with Wilkinson's shift
 * (Golub & Van Loan 2013, section 8.3.5), O(m³).
 *
 * @param diagonal m entries.
 * @param offDiagonal m - 1 entries.
 * @returns Eigenvalues in no order; eigenvector j is column j of `vectors`, m×m row-major, of length 1.
 */
export function tridiagonalEigenvectors(
  diagonal: ArrayLike<number>,
  offDiagonal: ArrayLike<number>,
): { values: Float64Array; vectors: Float64Array } {
  const m = diagonal.length;
  const d = Float64Array.from(diagonal);
  const e = new Float64Array(m);
  for (let i = 0; i < m - 1; i++) e[i] = offDiagonal[i]!;
  const vectors = new Float64Array(m * m);
  for (let i = 0; i < m; i++) vectors[i * m + i] = 1;

  for (let top = 0; top < m; top++) {
    // More than 50 sweeps for one eigenvalue do not happen; the bound only rules out an endless loop.
    for (let sweeps = 0; sweeps < 50; sweeps++) {
      let split = top;
      while (split < m - 1 && Math.abs(e[split]!) > Number.EPSILON * (Math.abs(d[split]!) + Math.abs(d[split + 1]!))) {
        split++;
      }
      if (split === top) break;
      sweep(d, e, vectors, top, split);
    }
  }
  return { values: d, vectors };
}

function sweep(d: Float64Array, e: Float64Array, vectors: Float64Array, top: number, split: number): void {
  const m = d.length;
  const half = (d[top + 1]! - d[top]!) / (2 * e[top]!);
  const length = Math.hypot(half, 1);
  let g = d[split]! - d[top]! + e[top]! / (half + (half >= 0 ? length : -length));
  let sine = 1;
  let cosine = 1;
  let p = 0;
  for (let i = split - 1; i >= top; i--) {
    const f = sine * e[i]!;
    const b = cosine * e[i]!;
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] = d[i + 1]! - p;
      e[split] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1]! - p;
    const t = (d[i]! - g) * sine + 2 * cosine * b;
    p = sine * t;
    d[i + 1] = g + p;
    g = cosine * t - b;
    for (let row = 0; row < m * m; row += m) {
      const right = vectors[row + i + 1]!;
      const left = vectors[row + i]!;
      vectors[row + i + 1] = sine * left + cosine * right;
      vectors[row + i] = cosine * left - sine * right;
    }
  }
  d[top] = d[top]! - p;
  e[top] = g;
  e[split] = 0;
}
