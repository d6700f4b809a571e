/** Half the distance from 1 to the next double: the relative rounding error. */
const ROUNDING = 2 ** -53;
/** Squares of off-diagonal entries so small count as 0, lest they vanish one after the other and leave 0/0. */
const VANISHING_SQUARE = 1e-200;
/** A cosine below this is 0 to rounding: dividing by it could overflow. */
const SMALLEST_COSINE = 1e-290;
/** Sweeps allowed per eigenvalue; about 2 are needed. */
const SWEEPS = 30;

/**
 * Eigenvalues of a symmetric tridiagonal matrix, ascending, by the root-free QL iteration of Pal, Walker and Kahan
 * (Parlett 1998, chapter 8; the iteration of LAPACK's dsterf): it works on the squares of the off-diagonal entries
 * and takes one square root a sweep.
 *
 * @param diagonal n entries, finite, of magnitude about 1; left as they are.
 * @param offDiagonal n - 1 entries, likewise.
 * @returns n eigenvalues; all NaN if the iteration does not converge, which no finite input is known to cause.
 */
export function tridiagonalEigenvalues(diagonal: Float64Array, offDiagonal: Float64Array): Float64Array {
  const n = diagonal.length;
  const d = diagonal.slice();
  const squares = new Float64Array(n);
  let start = 0;
  while (start < n) {
    let end = start;
    while (end < n - 1 && !isNegligible(offDiagonal[end]!, d[end]!, d[end + 1]!)) {
      squares[end] = offDiagonal[end]! ** 2;
      end++;
    }
    if (!solveBlock(d, squares, start, end)) return d.fill(Number.NaN);
    start = end + 1;
  }
  return d.sort();
}

const isNegligible = (off: number, above: number, below: number): boolean =>
  off * off <= VANISHING_SQUARE || Math.abs(off) <= Math.sqrt(Math.abs(above)) * Math.sqrt(Math.abs(below)) * ROUNDING;

const smallestSquare = (above: number, below: number): number =>
  Math.max(VANISHING_SQUARE, ROUNDING * ROUNDING * Math.abs(above * below));

/** Replaces d[start..end] by the eigenvalues of that unreduced block; `squares` holds its squared off-diagonal. */
function solveBlock(d: Float64Array, squares: Float64Array, start: number, end: number): boolean {
  // QL finds the eigenvalues at the top first and wants the small ones there; a matrix read backwards has the same ones.
  if (Math.abs(d[end]!) < Math.abs(d[start]!)) {
    d.subarray(start, end + 1).reverse();
    squares.subarray(start, end).reverse();
  }
  let sweeps = SWEEPS * (end - start + 1);
  let top = start;
  while (top <= end) {
    let split = top;
    while (split < end && squares[split]! > smallestSquare(d[split]!, d[split + 1]!)) split++;
    if (split < end) squares[split] = 0;
    if (split === top) {
      top += 1;
    } else if (split === top + 1) {
      [d[top], d[top + 1]] = eigenvaluesOfPair(d[top]!, Math.sqrt(squares[top]!), d[top + 1]!);
      squares[top] = 0;
      top += 2;
    } else {
      if (sweeps-- === 0) return false;
      sweep(d, squares, top, split);
    }
  }
  return true;
}

/** One root-free QL step with Wilkinson's shift on d[top..split]. */
function sweep(d: Float64Array, squares: Float64Array, top: number, split: number): void {
  const root = Math.sqrt(squares[top]!);
  const half = (d[top + 1]! - d[top]!) / (2 * root);
  const length = Math.sqrt(half * half + 1);
  const shift = d[top]! - root / (half + (half >= 0 ? length : -length));

  let cosine = 1;
  let sine = 0;
  let gamma = d[split]! - shift;
  let p = gamma * gamma;
  for (let i = split - 1; i >= top; i--) {
    const square = squares[i]!;
    const r = p + square;
    if (i !== split - 1) squares[i + 1] = sine * r;
    const previousCosine = cosine;
    const ratio = r / p;
    cosine = p / r;
    sine = square / r;
    const previousGamma = gamma;
    const alpha = d[i]!;
    gamma = cosine * (alpha - shift) - sine * previousGamma;
    d[i + 1] = previousGamma + (alpha - gamma);
    // γ²/cosine, and its limit; r/p is there before γ is, which shortens the chain of divisions that bounds this loop.
    p = cosine > SMALLEST_COSINE ? gamma * gamma * ratio : previousCosine * square;
  }
  squares[top] = sine * p;
  d[top] = shift + gamma;
}

/** Eigenvalues of [[a, b], [b, c]], the one of smaller magnitude from their product to avoid cancellation. */
function eigenvaluesOfPair(a: number, b: number, c: number): [number, number] {
  const sum = a + c;
  const root = Math.hypot(a - c, 2 * b);
  if (sum === 0) return [root / 2, -root / 2];
  const larger = (sum + (sum > 0 ? root : -root)) / 2;
  const [major, minor] = Math.abs(a) > Math.abs(c) ? [a, c] : [c, a];
  return [larger, (major / larger) * minor - (b / larger) * b];
}
