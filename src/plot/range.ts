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

/** A number as an axis bears it. */
export const threeDigits = (value: number): string => String(Number(value.toPrecision(3)));

function extent(values: readonly number[]): Range {
  if (values.length === 0) return [0, 0];
  return values.reduce<Range>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Infinity, -Infinity],
  );
}
