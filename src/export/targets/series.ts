import type { ChebyshevSeries } from '../../domain/special-functions/chebyshev.js';

const WIDTH = 120;

/** `head[c₀, c₁, ...];` with lines that are not too long. */
export function seriesCode(head: string, series: ChebyshevSeries): string {
  const lines: string[] = [];
  let line = ' ';
  for (const c of series) {
    const next = ` ${c},`;
    if (line.length + next.length > WIDTH) {
      lines.push(line);
      line = ' ';
    }
    line += next;
  }
  return [`${head}[`, ...lines, line, '];'].join('\n');
}

/** Without the coefficients below 2^-27 of the largest, which do not reach float32. */
export function float32Series(series: ChebyshevSeries): ChebyshevSeries {
  const least = 2 ** -27 * Math.max(...series.map(Math.abs));
  return series.slice(0, series.findLastIndex((c) => Math.abs(c) > least) + 1);
}
