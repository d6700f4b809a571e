import type { SeededRandom } from '../random/seeded-random.js';
import type { Point, Regressor } from './regressor.js';

export interface Candidate {
  readonly hash: string;
  /** Its place in the embedding, if that was fitted since its features came. */
  readonly point: Point | undefined;
  readonly baseline: boolean;
}

export interface FinishedTrial {
  readonly point: Point | undefined;
  /** The study's metric; NaN or infinite counts as no result. */
  readonly value: number;
}

export interface ChoiceInput {
  /** Waiting functions with defined Fisher features. */
  readonly candidates: readonly Candidate[];
  readonly finished: readonly FinishedTrial[];
  readonly regressor: Regressor;
  readonly direction: 'max' | 'min';
  /** Draws among equals; the same state gives the same choice. */
  readonly random: SeededRandom;
}

/**
 * The hash of the function to train next (DESIGN section 6.4), or undefined when no candidate waits:
 *
 * 1. a baseline, at random, while one waits;
 * 2. any candidate, at random, while fewer finished trials with a point and a finite value exist than the regressor
 *    needs, or no candidate has a point or gets a prediction;
 * 3. the candidate with the best prediction, at random among equals.
 *
 * The order in which candidates and finished trials are listed does not matter.
 */
export function chooseCandidate(input: ChoiceInput): string | undefined {
  const { regressor, direction, random } = input;
  const candidates = [...input.candidates].sort((a, b) => compare(a.hash, b.hash));
  const baselines = candidates.filter((candidate) => candidate.baseline);
  if (baselines.length > 0) return pick(baselines, random);

  const samples = usableSamples(input.finished);
  const placed = candidates.filter(hasPoint);
  if (samples.length < regressor.minimumSamples || placed.length === 0) return pick(candidates, random);

  regressor.fit(
    samples.map(({ point }) => point),
    samples.map(({ value }) => value),
  );
  const predictions = regressor.predict(placed.map(({ point }) => point));
  const opinions = predictions.filter((prediction) => !Number.isNaN(prediction));
  if (opinions.length === 0) return pick(candidates, random);
  const best = opinions.reduce((a, b) => (direction === 'max' ? Math.max(a, b) : Math.min(a, b)));
  return pick(
    placed.filter((_, i) => predictions[i] === best),
    random,
  );
}

const hasPoint = <T extends { point: Point | undefined }>(item: T): item is T & { point: Point } =>
  item.point !== undefined;

/** In an order that depends on the values only. */
function usableSamples(finished: readonly FinishedTrial[]) {
  return finished
    .filter(hasPoint)
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => a.point[0] - b.point[0] || a.point[1] - b.point[1] || a.value - b.value);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function pick(candidates: readonly Candidate[], random: SeededRandom): string | undefined {
  return candidates.length === 0 ? undefined : candidates[random.integer(candidates.length)]?.hash;
}
