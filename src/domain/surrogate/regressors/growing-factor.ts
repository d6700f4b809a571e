/**
 * The Cholesky factor of a covariance matrix, A = L·Lᵀ, that grows by one sample at a time: row n of L depends on the rows
 * before it only, so that a new sample costs n² and not n³, and the last ones can be taken away again (Golub & Van Loan
 * 2013, section 4.2).
 */
export class GrowingFactor {
  /** Row i of L, i + 1 entries. */
  private readonly rows: Float64Array[] = [];

  get size(): number {
    return this.rows.length;
  }

  row(i: number): Float64Array {
    return this.rows[i]!;
  }

  /**
   * @param covariances of the new sample with each before it, and its own variance last
   * @throws RangeError where the matrix is not positive definite
   */
  append(covariances: Float64Array): void {
    const row = this.solve(covariances, this.size);
    const last = this.size;
    let rest = row[last]!;
    for (let k = 0; k < last; k++) rest -= row[k]! * row[k]!;
    if (!(rest > 0)) throw new RangeError('the kernel of these points is not positive definite');
    row[last] = Math.sqrt(rest);
    this.rows.push(row);
  }

  /** Forgets all samples but the first. */
  truncate(size: number): void {
    this.rows.length = Math.min(size, this.rows.length);
  }

  /** L⁻¹·b, in a new array; entries of b beyond `size` stay. */
  solve(b: Float64Array, size = this.size): Float64Array {
    const solution = b.slice();
    for (let i = 0; i < size; i++) {
      const row = this.rows[i]!;
      let sum = solution[i]!;
      for (let k = 0; k < i; k++) sum -= row[k]! * solution[k]!;
      solution[i] = sum / row[i]!;
    }
    return solution;
  }

  /** Half the logarithm of the determinant of A. */
  halfLogDeterminant(): number {
    return this.rows.reduce((sum, row, i) => sum + Math.log(row[i]!), 0);
  }
}

/** How many of the rows at the front are all wanted still. */
export function commonStart(rows: readonly number[], wanted: ReadonlySet<number>): number {
  const first = rows.findIndex((row) => !wanted.has(row));
  return first === -1 ? rows.length : first;
}
