import type { SeededRandom } from '../random/seeded-random.js';
import { acquisitionScores, randomShare } from './acquisition.js';
import type { Acquisition } from './choices.js';
import { hasPlace, type Points, selectPoints } from './points.js';
import { ranksOf } from './ranks.js';
import type { Prediction, Regressor } from './regressors/regressor.js';

/** What the model of a search decides from; functions are rows of `points`. */
export interface ChoiceInput {
  /** Of all functions; NaN for one without a place. The order must not depend on chance: ties are drawn by it. */
  readonly points: Points;
  /** Rows that may be trained next, ascending. */
  readonly waiting: Int32Array;
  /** In the order in which they were begun: a model may set its parameters by the first of them. */
  readonly finished: {
    readonly rows: Int32Array;
    /** The study's metric; NaN or infinite counts as no result. */
    readonly values: Float64Array;
  };
  /** Rows in training, whose results are not known yet. */
  readonly pending: Int32Array;
  readonly acquisition: Acquisition;
  readonly direction: 'max' | 'min';
  /**
   * Learn the ranks of the results, 0 to 1, instead of the results: many functions stay at chance, and what lies between
   * them and the rest would decide alone. @defaultValue false
   */
  readonly ranked?: boolean;
  /** Draws among equals; the same state gives the same choice. */
  readonly random: SeededRandom;
}

/** What a regressor is to learn and to predict. */
export interface Question {
  /** Of all functions. */
  readonly points: Points;
  /** Rows of the samples, each once, and their points, which are gathered when they are asked for. */
  readonly sampleRows: Int32Array;
  readonly samples: Points;
  /** One for each sample; more is better. */
  readonly targets: readonly number[];
  /** The first results (4, 5, 6, 7, 8, 10, 12, 15, ... of them): what a model sets its parameters by, so that they rest. */
  readonly settled: { readonly rows: Int32Array; readonly targets: readonly number[] };
  /** Rows of the candidates, and their points, likewise. */
  readonly rows: Int32Array;
  readonly candidates: Points;
  /** The best result so far. */
  readonly best: number;
}

/** What answers questions: a regressor that is fitted anew, or one that remembers what it knows of the same points. */
export interface Model {
  /** Samples below which it is not asked. */
  readonly minimumSamples: number;
  predict(question: Question): Prediction;
}

/** @param uncertain false: means are enough */
export function fittedAnew(regressor: Regressor, uncertain = true): Model {
  return {
    minimumSamples: regressor.minimumSamples,
    predict: ({ samples, targets, candidates }) => {
      regressor.fit(samples, targets);
      return regressor.predict(candidates, uncertain);
    },
  };
}

/**
 * The row of the function to train next (docs/design.md section 6.4): the best score of the acquisition, at random among equals;
 * undefined where the model has no opinion, so that any candidate may be drawn: with fewer finished trials with a place
 * and a finite value than the regressor needs, or without a prediction for any waiting row.
 */
export function chooseRow(input: ChoiceInput, model: Model): number | undefined {
  const question = questionFor(input, model.minimumSamples);
  return question && rowOfAnswer(question, model.predict(question), input);
}

/**
 * The first half of `chooseRow`; undefined where the draw is to be random.
 *
 * Trials that are running count as finished with the median of the results so far (a constant liar: Ginsbourger, Le Riche
 * & Carraro 2010, section 4), so that parallel workers do not all train neighbours of one good function.
 */
export function questionFor(input: ChoiceInput, minimumSamples: number): Question | undefined {
  const { points, waiting, acquisition, random } = input;
  if (random.next() < randomShare(acquisition)) return undefined;

  const samples = usableSamples(input);
  const rows = waiting.filter((row) => hasPlace(points, row));
  if (samples.length === 0 || samples.length < minimumSamples || rows.length === 0) return undefined;

  const toLearn = (results: number[]) => (input.ranked ? ranksOf(results) : results);
  const targets = toLearn(samples.map(({ target }) => target));
  const first = settledCount(samples.length);
  const settled = samples.filter(({ order }) => order < first);
  const best = targets.reduce((a, b) => Math.max(a, b));
  const lie = median(targets);
  const pending = Array.from(input.pending)
    .filter((row) => hasPlace(points, row))
    .sort((a, b) => comparePlaces(points, a, b));
  const sampleRows = Int32Array.from([...samples.map(({ row }) => row), ...pending]);
  return {
    points,
    sampleRows,
    get samples() {
      return selectPoints(points, sampleRows);
    },
    settled: {
      rows: Int32Array.from(settled, ({ row }) => row),
      targets: toLearn(settled.map(({ target }) => target)),
    },
    targets: [...targets, ...pending.map(() => lie)],
    rows,
    get candidates() {
      return selectPoints(points, rows);
    },
    best,
  };
}

/**
 * The second half: the row that the acquisition makes of the regressor's prediction for the candidates.
 * @param by.spread draws among so many of the best scores, and all that equal the last of them. @defaultValue 1
 */
export function rowOfAnswer(
  { rows, best }: Question,
  prediction: Prediction,
  by: Pick<ChoiceInput, 'acquisition' | 'random'> & { spread?: number },
): number | undefined {
  return bestOf(rows, acquisitionScores(by.acquisition, prediction, best), by.random, by.spread);
}

/** One of the rows with the `spread` largest scores, ties of the last included; undefined where no row has a score. */
export function bestOf(rows: Int32Array, scores: Float64Array, random: SeededRandom, spread = 1): number | undefined {
  let least = Number.NEGATIVE_INFINITY;
  if (spread === 1) for (const score of scores) least = score > least ? score : least;
  else
    least =
      scores
        .filter((score) => !Number.isNaN(score))
        .sort()
        .at(-spread) ?? least;
  const good = rows.filter((_, i) => scores[i]! >= least);
  return good.length === 0 ? undefined : good[random.integer(good.length)];
}

interface Sample {
  row: number;
  /** More is better. */
  target: number;
  /** Its place among the usable ones as they were given. */
  order: number;
}

/** Finished trials that teach the regressor, in an order that depends on values only. */
function usableSamples({ points, finished, direction }: ChoiceInput): Sample[] {
  const sign = direction === 'max' ? 1 : -1;
  const samples: Sample[] = [];
  finished.rows.forEach((row, i) => {
    const value = finished.values[i]!;
    if (Number.isFinite(value) && hasPlace(points, row))
      samples.push({ row, target: sign * value, order: samples.length });
  });
  return samples.sort((a, b) => comparePlaces(points, a.row, b.row) || a.target - b.target);
}

/** The largest number of 4, 5, 6, 7, 8, 10, 12, ... (each a quarter more, rounded down) that is at most n; n below 4. */
function settledCount(n: number): number {
  if (n < 4) return n;
  let count = 4;
  for (let next = 5; next <= n; next = Math.floor(1.25 * next)) count = next;
  return count;
}

function comparePlaces({ dimensions, coordinates }: Points, a: number, b: number): number {
  for (let d = 0; d < dimensions; d++) {
    const difference = coordinates[a * dimensions + d]! - coordinates[b * dimensions + d]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
