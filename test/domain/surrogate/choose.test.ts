import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random/seeded-random.js';
import { type Candidate, chooseCandidate, type FinishedTrial } from '../../../src/domain/surrogate/choose.js';
import { KNearestNeighbours } from '../../../src/domain/surrogate/k-nearest-neighbours.js';
import type { Point, Regressor } from '../../../src/domain/surrogate/regressor.js';

const candidate = (hash: string, point?: Point, baseline = false): Candidate => ({ hash, point, baseline });
const trial = (x: number, value: number): FinishedTrial => ({ point: [x, 0], value });

/** Predicts the first coordinate. */
const firstCoordinate: Regressor = {
  minimumSamples: 1,
  fit: () => undefined,
  predict: (points) => points.map(([x]) => x),
};

/** The choices over many seeds. */
function choices(input: {
  candidates: Candidate[];
  finished?: FinishedTrial[];
  regressor?: Regressor;
  direction?: 'max' | 'min';
}): Set<string | undefined> {
  return new Set(
    Array.from({ length: 60 }, (_, seed) =>
      chooseCandidate({
        finished: [trial(0, 0)],
        regressor: firstCoordinate,
        direction: 'max',
        ...input,
        random: new SeededRandom(seed),
      }),
    ),
  );
}

describe('the choice of the next function', () => {
  it('is none without candidates', () => {
    expect(choices({ candidates: [] })).toEqual(new Set([undefined]));
  });

  it('takes the baselines first, in random order', () => {
    const candidates = [candidate('best', [9, 0]), candidate('b1', undefined, true), candidate('b2', [0, 0], true)];
    expect(choices({ candidates })).toEqual(new Set(['b1', 'b2']));
  });

  it('is random while the regressor lacks samples: NaN, infinities and trials without a point do not count', () => {
    const candidates = [candidate('a', [1, 0]), candidate('b', [2, 0]), candidate('unplaced')];
    const finished = [
      trial(1, 0.5),
      trial(2, 0.6),
      trial(3, Number.NaN),
      trial(4, Number.POSITIVE_INFINITY),
      { point: undefined, value: 0.7 },
    ];
    const regressor = new KNearestNeighbours(3);
    expect(choices({ candidates, finished, regressor })).toEqual(new Set(['a', 'b', 'unplaced']));
  });

  it('is random while no candidate has a point', () => {
    expect(choices({ candidates: [candidate('a'), candidate('b')] })).toEqual(new Set(['a', 'b']));
  });

  it('takes the largest prediction, or the smallest where the metric is minimised', () => {
    const candidates = [candidate('low', [1, 0]), candidate('high', [2, 0]), candidate('unplaced')];
    expect(choices({ candidates })).toEqual(new Set(['high']));
    expect(choices({ candidates, direction: 'min' })).toEqual(new Set(['low']));
  });

  it('breaks ties at random', () => {
    const candidates = [candidate('a', [1, 0]), candidate('b', [2, 1]), candidate('c', [2, 2])];
    expect(choices({ candidates })).toEqual(new Set(['b', 'c']));
  });

  it('passes over candidates on which the regressor has no opinion', () => {
    const nanAboveOne: Regressor = {
      ...firstCoordinate,
      predict: (points) => points.map(([x]) => (x > 1 ? Number.NaN : x)),
    };
    const candidates = [candidate('a', [0, 0]), candidate('b', [1, 0]), candidate('c', [2, 0])];
    expect(choices({ candidates, regressor: nanAboveOne })).toEqual(new Set(['b']));
    const none: Regressor = { ...firstCoordinate, predict: (points) => points.map(() => Number.NaN) };
    expect(choices({ candidates, regressor: none })).toEqual(new Set(['a', 'b', 'c']));
  });

  it('finds the good neighbourhood with the nearest neighbours', () => {
    const finished = [trial(0, 0.1), trial(0.1, 0.1), trial(0.2, 0.1), trial(5, 0.9), trial(5.1, 0.9), trial(5.2, 0.9)];
    const candidates = [candidate('bad', [0.15, 0]), candidate('good', [5.15, 0])];
    expect(choices({ candidates, finished, regressor: new KNearestNeighbours() })).toEqual(new Set(['good']));
  });

  it('does not depend on the order in which candidates and trials are listed', () => {
    const coordinate = fc.integer({ min: 0, max: 3 });
    const point = fc.option(fc.tuple(coordinate, coordinate), { nil: undefined });
    const value = fc.constantFrom(0.1, 0.2, 0.7, Number.NaN);
    fc.assert(
      fc.property(
        fc.array(point, { minLength: 1, maxLength: 12 }),
        fc.array(fc.record({ point, value }), { maxLength: 12 }),
        fc.integer(),
        (points, finished, seed) => {
          const candidates = points.map((p, i) => candidate(`h${i}`, p));
          const choose = (c: readonly Candidate[], f: readonly FinishedTrial[]) =>
            chooseCandidate({
              candidates: c,
              finished: f,
              regressor: new KNearestNeighbours(),
              direction: 'max',
              random: new SeededRandom(seed),
            });
          const order = new SeededRandom(seed + 1);
          expect(choose(order.shuffle(candidates), order.shuffle(finished))).toBe(choose(candidates, finished));
        },
      ),
      { numRuns: 300 },
    );
  });
});
