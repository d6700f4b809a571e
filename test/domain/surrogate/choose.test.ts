import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random/seeded-random.js';
import { acquisitionScores } from '../../../src/domain/surrogate/acquisition.js';
import { ACQUISITIONS, type Acquisition, REGRESSORS } from '../../../src/domain/surrogate/choices.js';
import { bestOf, chooseRow, fittedAnew } from '../../../src/domain/surrogate/choose.js';
import { pointsOf } from '../../../src/domain/surrogate/points.js';
import { GaussianProcess } from '../../../src/domain/surrogate/regressors/gaussian-process.js';
import { KNearestNeighbours } from '../../../src/domain/surrogate/regressors/k-nearest-neighbours.js';
import type { Regressor } from '../../../src/domain/surrogate/regressors/regressor.js';
import { createRegressor, surrogateFault } from '../../../src/domain/surrogate/settings.js';

const NOWHERE = [Number.NaN, Number.NaN];

/** Predicts the first coordinate. */
const firstCoordinate: Regressor = {
  minimumSamples: 1,
  knowsUncertainty: false,
  fit: () => undefined,
  predict: ({ count, dimensions, coordinates }) => ({
    mean: Float64Array.from({ length: count }, (_, i) => coordinates[i * dimensions]!),
  }),
};

interface Scene {
  rows: readonly (readonly number[])[];
  waiting: readonly number[];
  finished?: readonly (readonly [row: number, value: number])[];
  pending?: readonly number[];
  regressor?: Regressor;
  acquisition?: Acquisition;
  direction?: 'max' | 'min';
}

function choice(scene: Scene, seed: number | string): number | undefined {
  const { finished = [[0, 0]], regressor = firstCoordinate } = scene;
  return chooseRow(
    {
      points: pointsOf(scene.rows),
      waiting: Int32Array.from(scene.waiting),
      finished: {
        rows: Int32Array.from(finished, ([row]) => row),
        values: Float64Array.from(finished, ([, value]) => value),
      },
      pending: Int32Array.from(scene.pending ?? []),
      acquisition: scene.acquisition ?? 'greedy',
      direction: scene.direction ?? 'max',
      random: new SeededRandom(seed),
    },
    fittedAnew(regressor),
  );
}

const choices = (scene: Scene): Set<number | undefined> =>
  new Set(Array.from({ length: 60 }, (_, seed) => choice(scene, seed)));

const line = (...xs: number[]) => xs.map((x) => [x, 0]);

describe('the choice of the next function', () => {
  it('has no opinion without candidates, or while the regressor lacks samples', () => {
    expect(choices({ rows: line(0), waiting: [] })).toEqual(new Set([undefined]));
    const rows = [...line(1, 2, 3, 4), NOWHERE, ...line(5, 6)];
    const finished = [
      [0, 0.5],
      [1, 0.6],
      [2, Number.NaN],
      [3, Number.POSITIVE_INFINITY],
      [4, 0.7],
    ] as const;
    const regressor = new KNearestNeighbours(3);
    expect(choices({ rows, waiting: [5, 6], finished, regressor })).toEqual(new Set([undefined]));
  });

  it('has no opinion while no candidate has a place', () => {
    expect(choices({ rows: [[1, 0], NOWHERE], waiting: [1] })).toEqual(new Set([undefined]));
  });

  it('takes the largest prediction, or the smallest where the metric is minimised', () => {
    const rows = [...line(0, 1, 2, 3, 4, 5), NOWHERE];
    const regressor = () => new KNearestNeighbours(1);
    const finished = [
      [0, 0.1],
      [1, 0.2],
      [5, 0.9],
    ] as const;
    const scene = { rows, waiting: [2, 4, 6], finished };
    expect(choices({ ...scene, regressor: regressor() })).toEqual(new Set([4]));
    expect(choices({ ...scene, regressor: regressor(), direction: 'min' })).toEqual(new Set([2]));
  });

  it('breaks ties at random', () => {
    expect(
      choices({
        rows: [
          [0, 0],
          [1, 0],
          [2, 1],
          [2, 2],
        ],
        waiting: [1, 2, 3],
      }),
    ).toEqual(new Set([2, 3]));
  });

  it('passes over candidates on which the regressor has no opinion', () => {
    const nanAboveOne: Regressor = {
      ...firstCoordinate,
      predict: (points) => ({
        mean: firstCoordinate.predict(points).mean.map((x) => (x > 1 ? Number.NaN : x)),
      }),
    };
    const scene = { rows: line(0, 1, 2), waiting: [0, 1, 2] };
    expect(choices({ ...scene, regressor: nanAboveOne })).toEqual(new Set([1]));
    const none: Regressor = {
      ...firstCoordinate,
      predict: ({ count }) => ({ mean: new Float64Array(count).fill(Number.NaN) }),
    };
    expect(choices({ ...scene, regressor: none })).toEqual(new Set([undefined]));
  });

  it('does not depend on the order in which trials are listed', () => {
    const coordinate = fc.integer({ min: 0, max: 3 });
    const row = fc.option(fc.tuple(coordinate, coordinate), { nil: NOWHERE as [number, number] });
    const value = fc.constantFrom(0.1, 0.2, 0.7, Number.NaN);
    fc.assert(
      fc.property(
        fc.array(fc.record({ row, value, role: fc.constantFrom('waiting', 'done', 'pending') }), {
          minLength: 1,
          maxLength: 25,
        }),
        fc.integer(),
        (functions, seed) => {
          const having = (role: string) => functions.flatMap((f, i) => (f.role === role ? [i] : []));
          const order = new SeededRandom(seed + 1);
          const scene = (shuffle: <T>(items: T[]) => T[]): Scene => ({
            rows: functions.map((f) => f.row),
            waiting: having('waiting'),
            finished: shuffle(having('done').map((i) => [i, functions[i]!.value] as const)),
            pending: shuffle(having('pending')),
            regressor: new KNearestNeighbours(),
          });
          expect(
            choice(
              scene((items) => order.shuffle(items)),
              seed,
            ),
          ).toBe(
            choice(
              scene((items) => items),
              seed,
            ),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('trials that are running', () => {
  it('send the next worker elsewhere', () => {
    // Two good neighbourhoods, the first a little better; a bad one.
    const rows = line(0, 0.1, 0.2, 0.3, 10, 10.1, 10.2, 10.3, 20, 20.1);
    const finished = [
      [0, 0.9],
      [4, 0.8],
      [8, 0.1],
      [9, 0.1],
    ] as const;
    const scene = { rows, finished, regressor: new KNearestNeighbours(1) };
    expect(choices({ ...scene, waiting: [1, 2, 3, 5, 6, 7] })).toEqual(new Set([1, 2, 3]));
    const busy = choices({ ...scene, waiting: [3, 5, 6, 7], pending: [1, 2] });
    expect(busy).toEqual(new Set([5, 6, 7]));
  });

  it('make sixteen parallel workers explore different places', () => {
    const random = new SeededRandom(3);
    const rows = Array.from({ length: 400 }, () => [random.normal(), random.normal()]);
    const value = ([x = 0, y = 0]: readonly number[]) => Math.exp(-((x - 1) ** 2) - y ** 2);
    const done = Array.from({ length: 40 }, (_, i) => i);
    const spread = (known: boolean): number => {
      const pending: number[] = [];
      for (let worker = 0; worker < 16; worker++) {
        const waiting = rows.flatMap((_, i) => (i < 40 || pending.includes(i) ? [] : [i]));
        const scene: Scene = {
          rows,
          waiting,
          finished: done.map((i) => [i, value(rows[i]!)] as const),
          pending: known ? pending : [],
          regressor: new KNearestNeighbours(),
        };
        pending.push(choice(scene, worker)!);
      }
      const chosen = pending.map((i) => rows[i]!);
      const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(a[0]! - b[0]!, a[1]! - b[1]!);
      return chosen.reduce((sum, a) => sum + chosen.reduce((part, b) => part + distance(a, b), 0), 0);
    };
    expect(spread(true)).toBeGreaterThan(1.5 * spread(false));
  });
});

describe('acquisitions', () => {
  const prediction = { mean: Float64Array.of(0.5, 0.49, 0.1), uncertainty: Float64Array.of(0.01, 0.2, 0.2) };

  it('greedy takes the mean; ucb and ei the uncertain one that may be better', () => {
    const first = (acquisition: Acquisition) =>
      bestOf(Int32Array.of(7, 8, 9), acquisitionScores(acquisition, prediction, 0.5), new SeededRandom(1));
    expect(first('greedy')).toBe(7);
    expect(first('ucb')).toBe(8);
    expect(first('ei')).toBe(8);
  });

  it('ei is the mean of what is gained, by quadrature', () => {
    const [mean, deviation, best] = [0.3, 0.2, 0.45];
    const steps = 200_000;
    let gain = 0;
    for (let i = 0; i < steps; i++) {
      const z = -8 + (16 * (i + 0.5)) / steps;
      const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
      gain += (Math.max(0, mean + deviation * z - best) * density * 16) / steps;
    }
    const one = { mean: Float64Array.of(mean), uncertainty: Float64Array.of(deviation) };
    expect(acquisitionScores('ei', one, best)[0]).toBeCloseTo(gain, 8);
    const sure = { mean: Float64Array.of(0.3, 0.5), uncertainty: Float64Array.of(0, 0) };
    expect(Array.from(acquisitionScores('ei', sure, 0.4))).toEqual([0, expect.closeTo(0.1, 12)]);
  });

  it('that need an uncertainty refuse predictions without one, and studies with k-NN', () => {
    expect(() => acquisitionScores('ei', { mean: Float64Array.of(1) }, 0)).toThrow(/knows its uncertainty/);
    expect(surrogateFault({ regressor: 'knn', acquisition: 'ucb' })).toMatch(/--regressor gaussian-process/);
    for (const regressor of REGRESSORS.filter((name) => name !== 'task')) {
      const { knowsUncertainty } = createRegressor(regressor, 1);
      const fault = surrogateFault({ regressor, acquisition: 'ei' });
      expect(fault === undefined).toBe(knowsUncertainty);
    }
  });

  it('random has no opinion; epsilon-greedy has none for one choice in ten', () => {
    const scene = { rows: line(0, 1, 2), waiting: [1, 2] };
    const shares = ACQUISITIONS.map((acquisition) => {
      const drawn = Array.from({ length: 2000 }, (_, i) =>
        choice(
          {
            ...scene,
            acquisition,
            finished: [
              [0, 0],
              [0, 1],
            ],
            regressor: new GaussianProcess(),
          },
          `share ${i}`,
        ),
      );
      return [acquisition, drawn.filter((row) => row === undefined).length / drawn.length] as const;
    });
    const share = Object.fromEntries(shares);
    expect(share).toMatchObject({ greedy: 0, ei: 0, ucb: 0, random: 1 });
    expect(share['epsilon-greedy']).toBeGreaterThan(0.07);
    expect(share['epsilon-greedy']).toBeLessThan(0.13);
  });

  it('after lost races draw among several of the best, ties of the last included', () => {
    const scores = Float64Array.of(0.1, 0.9, Number.NaN, 0.5, 0.5, 0.2);
    const drawn = (spread: number) =>
      new Set(
        Array.from({ length: 80 }, (_, i) =>
          bestOf(Int32Array.of(0, 1, 2, 3, 4, 5), scores, new SeededRandom(i), spread),
        ),
      );
    expect(drawn(1)).toEqual(new Set([1]));
    expect(drawn(2)).toEqual(new Set([1, 3, 4]));
    expect(drawn(64)).toEqual(new Set([0, 1, 3, 4, 5]));
  });
});
