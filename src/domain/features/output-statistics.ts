/** A summary of output features. The moments are over the finite outputs, null where there are none. */
export interface OutputStatistics {
  count: number;
  finite: number;
  nan: number;
  positiveInfinite: number;
  negativeInfinite: number;
  mean: number | null;
  /** Population standard deviation. */
  std: number | null;
  min: number | null;
  max: number | null;
}

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** Statistics of the outputs of a function on the samples, in float64. */
export function outputStatistics(outputs: ArrayLike<number>): OutputStatistics {
  const all = Float64Array.from(outputs);
  const finite = all.filter(Number.isFinite);
  const counts = {
    count: all.length,
    finite: finite.length,
    nan: all.filter(Number.isNaN).length,
    positiveInfinite: all.filter((value) => value === Infinity).length,
    negativeInfinite: all.filter((value) => value === -Infinity).length,
  };
  if (finite.length === 0) return { ...counts, mean: null, std: null, min: null, max: null };
  const mean = sumOf(finite) / finite.length;
  return {
    ...counts,
    mean,
    std: Math.sqrt(sumOf(finite.map((value) => (value - mean) ** 2)) / finite.length),
    min: finite.reduce((least, value) => Math.min(least, value)),
    max: finite.reduce((most, value) => Math.max(most, value)),
  };
}
