import { symmetricEigenvalues } from '../../kernels/symmetric-eigenvalues.js';
import type { FactorMatrix } from './factor-matrix.js';

/** Eigenvalues, ascending, of a symmetric matrix of order n, row-major; the matrix may be taken away (transferred). */
export type EigenvalueSolver = (matrix: Float64Array, n: number) => Promise<Float64Array> | Float64Array;

/**
 * Eigenvalues, ascending, of a factor of `size` columns: one for each column and one for the bias. All NaN where an
 * entry is not finite.
 */
export async function factorEigenvalues(
  factor: FactorMatrix | undefined,
  size: number,
  solve: EigenvalueSolver = symmetricEigenvalues,
): Promise<Float64Array> {
  if (!factor) return new Float64Array(size).fill(Number.NaN);
  const found = await solve(factor.matrix, factor.order);
  if (factor.zeros === 0) return found;
  const eigenvalues = new Float64Array(size);
  // Rounding can make the smallest ones negative: sorting keeps the order ascending.
  eigenvalues.set(found);
  return eigenvalues.sort();
}
