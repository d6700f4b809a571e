import { dot } from '../../dot.js';
import type { SeededRandom } from '../../random/seeded-random.js';
import { tridiagonalEigenvectors } from './tridiagonal-eigenvectors.js';

/** Steps before the first look at convergence; doubled for each further one. */
const FIRST_LOOK = 20;
/** The result starts a layout that then moves every point: it need not be exact. */
const MOST_STEPS = 320;
const TOLERANCE = 1e-5;

/**
 * Eigenvectors of the largest eigenvalues of a symmetric operator, apart from one eigenvector that is known, by the
 * Lanczos iteration with full reorthogonalisation (Parlett 1998, chapter 13).
 *
 * Stops when every residual |A·y - θ·y| is at most 1e-5, or after 320 steps with what it has. Of a repeated eigenvalue
 * it may find one vector only and go on with the next smaller eigenvalue.
 *
 * @param multiply Writes A·x to `out`; |A| at most about 1.
 * @param known An eigenvector of length 1, as long as x.
 * @param count How many, less than the order of the operator.
 * @returns `count` vectors of length 1, largest eigenvalue first.
 */
export function leadingEigenvectors(
  multiply: (x: Float64Array, out: Float64Array) => void,
  known: Float64Array,
  count: number,
  random: SeededRandom,
): Float64Array[] {
  const order = known.length;
  const most = Math.min(order - 1, MOST_STEPS);
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const offDiagonal: number[] = [];
  let look = FIRST_LOOK;
  let next = startVector(known, basis, random);
  for (;;) {
    basis.push(next);
    const image = new Float64Array(order);
    multiply(next, image);
    diagonal.push(dot(image, next));
    const rest = orthogonalize(image, known, basis);
    const steps = basis.length;
    if (steps === most || steps === look || rest < Number.EPSILON) {
      look *= 2;
      const { values, vectors } = tridiagonalEigenvectors(diagonal, offDiagonal);
      const largest = [...values.keys()].sort((a, b) => values[b]! - values[a]!).slice(0, count);
      const residual = Math.max(...largest.map((j) => rest * Math.abs(vectors[(steps - 1) * steps + j]!)));
      if (steps === most || (steps >= count && residual <= TOLERANCE && rest >= Number.EPSILON)) {
        return largest.map((j) => combine(basis, vectors, j));
      }
    }
    // An invariant subspace: go on in what is orthogonal to it, coupled to nothing.
    const ended = rest < Number.EPSILON;
    offDiagonal.push(ended ? 0 : rest);
    next = ended ? startVector(known, basis, random) : image.map((x) => x / rest);
  }
}

/** A random vector of length 1, orthogonal to `known` and `basis`. */
function startVector(known: Float64Array, basis: readonly Float64Array[], random: SeededRandom): Float64Array {
  const vector = Float64Array.from(known, () => random.normal());
  const length = orthogonalize(vector, known, basis);
  return vector.map((x) => x / length);
}

/** Removes from `vector` its parts along `known` and `basis`, twice for full precision; gives the length left. */
function orthogonalize(vector: Float64Array, known: Float64Array, basis: readonly Float64Array[]): number {
  for (let pass = 0; pass < 2; pass++) {
    subtractPart(vector, known);
    for (const other of basis) subtractPart(vector, other);
  }
  return Math.sqrt(dot(vector, vector));
}

function subtractPart(vector: Float64Array, unit: Float64Array): void {
  const part = dot(vector, unit);
  for (let i = 0; i < vector.length; i++) vector[i] = vector[i]! - part * unit[i]!;
}

function combine(basis: readonly Float64Array[], vectors: Float64Array, column: number): Float64Array {
  const steps = basis.length;
  const sum = new Float64Array(basis[0]!.length);
  for (const [k, vector] of basis.entries()) {
    const factor = vectors[k * steps + column]!;
    for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + factor * vector[i]!;
  }
  return sum;
}
