import type { OperatorSet } from '../../domain/operators/types.js';
import { type Direction, METRIC_NAMES, type Metric, type TrialResult } from '../../domain/trial.js';

/** What the pictures of a study are drawn from. */
export interface StudyPicture {
  study: string;
  metric: Metric;
  direction: Direction;
  /** With which its expressions are read. */
  operators: OperatorSet;
  /** Done trials in the order in which the search chose them. */
  trials: readonly PicturedTrial[];
  /** The plane; absent before the first was fitted. */
  plane: PicturedPlane | undefined;
}

export interface PicturedTrial {
  fn: string;
  hash: string;
  number: number;
  baseline: boolean;
  /** Means over the trial's runs; null where nothing finite was measured. */
  result: { readonly [K in keyof TrialResult]: number | null };
}

/** Row i of `points` (x, y in turn) is the place of `hashes[i]`. */
interface PicturedPlane {
  hashes: readonly string[];
  points: Float32Array;
}

/** A metric as axes and legends call it. */
export const METRIC_TITLE: Record<Metric, string> = METRIC_NAMES;

/** The study's metric of a trial; NaN where there is none. */
export const metricOf = ({ result }: PicturedTrial, { metric }: StudyPicture): number => result[metric] ?? Number.NaN;

/** The trials that have a metric, best first; equal ones in the order in which they were chosen. */
export function bestFirst(picture: StudyPicture): PicturedTrial[] {
  const sign = picture.direction === 'max' ? -1 : 1;
  return picture.trials
    .filter((trial) => Number.isFinite(metricOf(trial, picture)))
    .sort((a, b) => sign * (metricOf(a, picture) - metricOf(b, picture)));
}

/** Places in the plane by hash. */
export function placesOf({ plane }: StudyPicture): Map<string, readonly [number, number]> {
  const places = new Map<string, readonly [number, number]>();
  plane?.hashes.forEach((hash, i) => {
    places.set(hash, [plane.points[2 * i]!, plane.points[2 * i + 1]!]);
  });
  return places;
}
