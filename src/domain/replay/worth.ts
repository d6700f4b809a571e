import { hasPlace, type Points } from '../surrogate/points.js';
import { GrowingProcess } from '../surrogate/regressors/growing-process.js';
import { quantile } from './averages.js';

/** One training: a function may have several, with different seeds. */
export interface Training {
  readonly row: number;
  readonly value: number;
}

/** What the functions that were trained are worth, by row; more is better. */
export type Worth = (trainings: readonly Training[]) => Map<number, number>;

/** The mean of its results: with one result each, the best seen is the pick. */
export const meanWorth: Worth = (trainings) => {
  const sums = new Map<number, { sum: number; count: number }>();
  for (const { row, value } of trainings) {
    const { sum, count } = sums.get(row) ?? { sum: 0, count: 0 };
    sums.set(row, { sum: sum + value, count: count + 1 });
  }
  return new Map([...sums].map(([row, { sum, count }]) => [row, sum / count]));
};

/**
 * What a Gaussian process believes of each function given all results: a lucky one among bad neighbours is worth less than
 * it seems. It learns the results themselves (of several of one function their mean), those below the median as the median:
 * ranks would make the differences among the best look like all others, and functions that stay at chance would pass for
 * noise. A function without a place has no estimate; with fewer than 2 results that have one, means decide.
 */
export function posteriorWorth(points: Points): Worth {
  const process = new GrowingProcess();
  return (trainings) => {
    const means = meanWorth(trainings);
    const known = [...means].filter(([row, value]) => Number.isFinite(value) && hasPlace(points, row));
    if (known.length < process.minimumSamples) return means;
    const rows = Int32Array.from(known, ([row]) => row);
    const values = known.map(([, value]) => value);
    const middle = quantile(values, 0.5);
    const targets = values.map((value) => Math.max(value, middle));
    const { mean } = process.predict({ points, sampleRows: rows, targets, settled: { rows, targets }, rows });
    return new Map(known.map(([row], i) => [row, mean[i]!]));
  };
}

/** The rows that are worth most, best first; of equal ones the first trained. */
export function bestRows(worth: ReadonlyMap<number, number>, count: number): number[] {
  const ranked = [...worth].filter(([, value]) => !Number.isNaN(value)).sort(([, a], [, b]) => b - a);
  return ranked.slice(0, count).map(([row]) => row);
}
