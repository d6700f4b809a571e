import type { SeededRandom } from '../random/seeded-random.js';
import type { Worth } from './worth.js';

export const WAITING = 0;
export const RUNNING = 1;
export const DONE = 2;
/** No candidate for this searcher, as a function without the features that it reads. */
export const CLOSED = 3;

/** What a searcher knows at one moment; functions are rows. */
export interface ReplayState {
  /** Of each row: WAITING, RUNNING, DONE or CLOSED. */
  readonly status: Uint8Array;
  /** Validation accuracy of each row that is DONE. */
  readonly value: Float64Array;
  /** Rows in the order in which they were done. */
  readonly done: readonly number[];
}

/** Chooses the next function to train, after the baselines, which every search trains first. */
export interface Searcher {
  /** A waiting row. Called only while one waits. */
  next(state: ReplayState, random: SeededRandom): number;
  /** Estimates what trained functions are worth; the pick is the best of them. @defaultValue the mean of their results */
  readonly worth?: Worth | undefined;
}

/** Rows of a status, ascending. */
export function rowsWith({ status }: Pick<ReplayState, 'status'>, wanted: number): Int32Array {
  const rows: number[] = [];
  status.forEach((found, row) => {
    if (found === wanted) rows.push(row);
  });
  return Int32Array.from(rows);
}

/** Any waiting row: the baseline of every comparison, and what others do without an opinion. */
export function drawWaiting(state: ReplayState, random: SeededRandom): number {
  const rows = rowsWith(state, WAITING);
  return rows[random.integer(rows.length)]!;
}

export const randomSearcher: Searcher = { next: drawWaiting };
