/** More than sums of thousands of float32 probabilities are off, less than batch normalisation after a softmax changes. */
const TOLERANCE = 1e-4;

/**
 * Why rows of numbers are no probabilities, each at least 0 and 1 in all; undefined where they are. Rows with an entry
 * that is not finite say nothing.
 */
export function probabilityFault(values: ArrayLike<number>, columns: number): string | undefined {
  for (let row = 0; row * columns < values.length; row++) {
    let sum = 0;
    let least = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      sum += values[i]!;
      least = Math.min(least, values[i]!);
    }
    if (!Number.isFinite(sum)) continue;
    if (least < -TOLERANCE) return `row ${row} holds ${short(least)}`;
    if (Math.abs(sum - 1) > TOLERANCE) return `row ${row} sums to ${short(sum)}`;
  }
  return undefined;
}

const short = (value: number): string => String(Number(value.toPrecision(4)));
