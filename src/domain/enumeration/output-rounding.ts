/** Values of a function and the output features that they are rounded to, in memory that is used again and again. */
export interface OutputRounding {
  /** float64, to be written to before each rounding; in the order that was asked for. */
  readonly values: Float64Array;
  /** float32, in the order of the samples. */
  readonly floats: Float32Array;
  /**
   * Rounds all values to float32 without -0.
   * @returns whether all are finite
   */
  readonly round: () => boolean;
}

/**
 * @param order for each value its place among the floats; a multiple of four
 * @param before bytes that stay free in front of the floats in their buffer
 */
export type MakeRounding = (order: Uint16Array, before: number) => OutputRounding;

/** The plain twin of the kernel in src/kernels/function-vectors.ts, which gives the same bits three times as fast. */
export const plainRounding: MakeRounding = (order, before) => {
  const values = new Float64Array(order.length);
  const floats = new Float32Array(new ArrayBuffer(before + 4 * order.length), before);
  return { values, floats, round: () => round(values, floats, order) };
};

function round(values: Float64Array, floats: Float32Array, order: Uint16Array): boolean {
  // ±∞ and NaN times 0 are NaN, and stay it in a sum; in two sums, so that additions need not wait for one another.
  let [even, odd] = [0, 0];
  for (let i = 0; i < order.length; i += 2) {
    // The rounding may make a -0 as well: -0 + 0 = +0.
    const first = Math.fround(values[i]!) + 0;
    const second = Math.fround(values[i + 1]!) + 0;
    floats[order[i]!] = first;
    floats[order[i + 1]!] = second;
    even += first * 0;
    odd += second * 0;
  }
  return even + odd === 0;
}
