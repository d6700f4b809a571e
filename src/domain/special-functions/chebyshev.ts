/** Coefficients c_k of a series Σ c_k T_k(u) over u in [-1, 1] in Chebyshev polynomials. */
export type ChebyshevSeries = readonly number[];

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
