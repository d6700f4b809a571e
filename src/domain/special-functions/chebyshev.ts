/** Coefficients c_k of a series Σ c_k T_k(u) over u in [-1, 1] in Chebyshev polynomials. */
export type ChebyshevSeries = readonly number[];

/** Replaces u by its sum, for the entries [from, to). */
export type ChebyshevSums = (series: ChebyshevSeries, u: Float64Array, from: number, to: number) => void;

/** Σ c_k T_k(u) by Clenshaw's recurrence (1955). */
export function chebyshevSum(series: ChebyshevSeries, u: number): number {
  const twice = 2 * u;
  let next = 0;
  let afterNext = 0;
  for (let k = series.length - 1; k > 0; k--) {
    const sum = twice * next - afterNext + series[k]!;
    afterNext = next;
    next = sum;
  }
  return u * next - afterNext + series[0]!;
}

/**
 * `chebyshevSum` of each, to the bit, but four at a time, for each step of one recurrence waits for the step before. The
 * plain twin of the kernel in src/kernels/function-vectors.ts, which is twice as fast.
 */
export const chebyshevSums: ChebyshevSums = (series, u, from, to) => {
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const twice0 = 2 * u[i]!;
    const twice1 = 2 * u[i + 1]!;
    const twice2 = 2 * u[i + 2]!;
    const twice3 = 2 * u[i + 3]!;
    let a0 = 0;
    let a1 = 0;
    let a2 = 0;
    let a3 = 0;
    let b0 = 0;
    let b1 = 0;
    let b2 = 0;
    let b3 = 0;
    for (let k = series.length - 1; k > 0; k--) {
      const c = series[k]!;
      const sum0 = twice0 * a0 - b0 + c;
      const sum1 = twice1 * a1 - b1 + c;
      const sum2 = twice2 * a2 - b2 + c;
      const sum3 = twice3 * a3 - b3 + c;
      b0 = a0;
      b1 = a1;
      b2 = a2;
      b3 = a3;
      a0 = sum0;
      a1 = sum1;
      a2 = sum2;
      a3 = sum3;
    }
    const c = series[0]!;
    u[i] = u[i]! * a0 - b0 + c;
    u[i + 1] = u[i + 1]! * a1 - b1 + c;
    u[i + 2] = u[i + 2]! * a2 - b2 + c;
    u[i + 3] = u[i + 3]! * a3 - b3 + c;
  }
  for (; i < to; i++) u[i] = chebyshevSum(series, u[i]!);
};

/** Where the run of arguments that begins at `from` ends: of sizes up to `bound`, or of others, NaN among them. */
export function endOfRun(x: Float64Array, from: number, bound: number): number {
  const within = Math.abs(x[from]!) <= bound;
  let end = from + 1;
  while (end < x.length && Math.abs(x[end]!) <= bound === within) end++;
  return end;
}
