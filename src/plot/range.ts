import type { Panel } from './chart.js';

type Range = readonly [from: number, to: number];

/** What the axes of a panel span: their own ranges, else those of its series. */
export function panelRange({ x, y, series }: Panel): { x: Range; y: Range } {
  return {
    x: x.range ?? spanOf(series.flatMap((one) => Array.from(one.x))),
    y: y.range ?? spanOf(series.flatMap((one) => Array.from(one.y))),
  };
}

/** From the smallest to the largest finite value, widened to both sides where they are one. */
function spanOf(values: readonly number[]): Range {
  const [from, to] = extent(values.filter(Number.isFinite));
  return from < to ? [from, to] : [from - 1, to + 1];
}

/**
 * A range that shows most of the values where a few are very large, as next to a pole: at most the 5 % and 95 %
 * quantiles, widened by their distance.
 */
export function robustRange(values: ArrayLike<number>): Range {
  const sorted = Array.from(values)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const [least, most] = extent(sorted);
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const distance = at(0.95) - at(0.05);
  const [from, to] = [Math.max(least, at(0.05) - distance), Math.min(most, at(0.95) + distance)];
  const margin = 0.04 * (to - from);
  return from < to ? [from - margin, to + margin] : [from - 1, to + 1];
}

/**
 * A range that leaves out what lies far from all others, such as the loss of a training that diverged: beyond three times
 * the distance of the quartiles from them (Tukey 1977, "far out"), and among the outermost 5 % at its end. Of fewer than
 * five values, and where half of them are equal, nothing is left out.
 */
export function usualRange(values: ArrayLike<number>): Range {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  const all = [sorted[0] ?? 0, sorted.at(-1) ?? 0] as const;
  const last = sorted.length - 1;
  const [low, high] = [sorted[Math.round(0.25 * last)]!, sorted[Math.round(0.75 * last)]!];
  if (sorted.length < 5 || low === high) return all;
  const reach = 3 * (high - low);
  const from = Math.min(low - reach, sorted[Math.ceil(0.05 * last)]!);
  const to = Math.max(high + reach, sorted[Math.floor(0.95 * last)]!);
  const usual = sorted.filter((value) => value >= from && value <= to);
  return [usual[0]!, usual.at(-1)!];
}

/** With a little room at both ends, so that nothing lies on the edge. */
export function roomy([from, to]: Range): Range {
  const margin = from < to ? 0.04 * (to - from) : Math.abs(from) / 10 || 1;
  return [from - margin, to + margin];
}

/** A number as an axis bears it. */
export const threeDigits = (value: number): string => String(Number(value.toPrecision(3)));

function extent(values: readonly number[]): Range {
  if (values.length === 0) return [0, 0];
  return values.reduce<Range>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
}
