import { type ReduceToTridiagonal, reduceToTridiagonal } from './householder-tridiagonal.js';
import { tridiagonalEigenvalues } from './tridiagonal-eigenvalues.js';
import { wasmTridiagonal } from './wasm-tridiagonal.js';

/**
 * A function that gives the eigenvalues of a symmetric matrix of order n.
 *
 * @param matrix n×n, row-major; left as it is. Only the lower triangle (column <= row) is read.
 * @returns n eigenvalues, ascending. All are NaN when an entry of the lower triangle is NaN or infinite.
 * @throws RangeError when `matrix` does not hold n×n numbers.
 */
type SymmetricEigenvalues = (matrix: Float64Array, n: number) => Float64Array;

/**
 * Eigenvalues of a real symmetric matrix, ascending, without eigenvectors.
 *
 * Householder tridiagonalisation (4/3·n³ operations, Golub & Van Loan 2013, section 8.3.1), then root-free QL
 * (about 10·n² operations). The error of every eigenvalue is a small multiple of 2.2e-16 times the largest |eigenvalue|,
 * so that eigenvalues below 1e-15 of it are rounding noise of either sign.
 *
 * The matrix is divided by its largest |entry| first and the eigenvalues multiplied by it afterwards: squares of entries
 * then neither overflow nor vanish, whatever the unit of the matrix.
 *
 * The bits of the result are the same on every machine and version of Node.
 */
export const symmetricEigenvalues: SymmetricEigenvalues = eigenvaluesBy(wasmTridiagonal());

/** The same without WebAssembly, three times slower: what tests compare with. */
export const plainSymmetricEigenvalues: SymmetricEigenvalues = eigenvaluesBy(reduceToTridiagonal);

function eigenvaluesBy(reduce: ReduceToTridiagonal): SymmetricEigenvalues {
  return (matrix, n) => {
    if (!Number.isInteger(n) || n < 0 || matrix.length !== n * n) {
      throw new RangeError(`a symmetric matrix of order ${n} needs ${n * n} entries, not ${matrix.length}`);
    }
    const scale = largestMagnitude(matrix, n);
    if (!Number.isFinite(scale)) return new Float64Array(n).fill(Number.NaN);
    if (scale === 0) return new Float64Array(n);
    const { diagonal, offDiagonal } = reduce(matrix, n, scale);
    const eigenvalues = tridiagonalEigenvalues(diagonal, offDiagonal);
    for (let i = 0; i < n; i++) eigenvalues[i] = eigenvalues[i]! * scale;
    return eigenvalues;
  };
}

/** Largest |entry| of the lower triangle; NaN when an entry is NaN. */
function largestMagnitude(matrix: Float64Array, n: number): number {
  let largest = 0;
  for (let row = 0; row < n; row++) {
    for (let k = row * n; k <= row * n + row; k++) {
      const magnitude = Math.abs(matrix[k]!);
      if (!(magnitude <= largest)) {
        if (Number.isNaN(magnitude)) return Number.NaN;
        largest = magnitude;
      }
    }
  }
  return largest;
}
