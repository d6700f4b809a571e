import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random/seeded-random.js';
import { KNearestNeighbours } from '../../../src/domain/surrogate/regressors/k-nearest-neighbours.js';
import { learn, predict, type Row } from '../../support/regressors.js';

interface KnnGolden {
  sets: {
    name: string;
    train: [number, number][];
    acc: number[];
    test: [number, number][];
    pred: number[];
    argmax: number;
  }[];
}

const golden = JSON.parse(readFileSync(new URL('../../golden/knn.json', import.meta.url), 'utf8')) as KnnGolden;

describe('k nearest neighbours', () => {
  it.each(golden.sets)(
    'predict what scikit-learn predicts on $name, ties included',
    ({ train, acc, test, pred, argmax }) => {
      const regressor = new KNearestNeighbours();
      learn(regressor, train, acc);
      const predictions = predict(regressor, test);
      for (const [i, prediction] of predictions.entries()) expect(prediction).toBeCloseTo(pred[i]!, 8);
      expect(predictions.indexOf(Math.max(...predictions))).toBe(argmax);
    },
  );

  it('need as many samples as neighbours', () => {
    const regressor = new KNearestNeighbours();
    expect(regressor.minimumSamples).toBe(3);
    expect(() => learn(regressor, [[0, 0]], [1])).toThrow(/3 nearest neighbours need at least 3 points, not 1/);
    expect(() => learn(regressor, [[0, 0]], [])).toThrow(/1 points but 0 targets/);
    expect(() => new KNearestNeighbours(0)).toThrow(/at least 1, not 0/);
  });

  it('give points with the same neighbours the same prediction to the last bit', () => {
    const points: Row[] = [
      [0, 0],
      [1, 0],
      [2, 0],
    ];
    const regressor = new KNearestNeighbours();
    learn(regressor, points, [0.1, 0.2, 0.7]);
    const predictions = predict(regressor, [
      [-5, 0],
      [7, 0],
      [1, 3],
    ]);
    expect(new Set(predictions).size).toBe(1);
  });

  it('with k = 1 return the targets at the points themselves', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 })), {
          minLength: 1,
          maxLength: 20,
          selector: String,
        }),
        (points) => {
          const regressor = new KNearestNeighbours(1);
          const targets = points.map((_, i) => i);
          learn(regressor, points, targets);
          expect(predict(regressor, points)).toEqual(targets);
        },
      ),
    );
  });
});

describe('k nearest neighbours against a plain search', () => {
  /** The definition: sort all by distance, then by the order given; sum in the order given. */
  const plainly = (samples: readonly Row[], targets: readonly number[], query: Row, k: number): number => {
    const order = samples
      .map((sample, i) => ({ i, distance: sample.reduce((sum, at, d) => sum + (query[d]! - at) ** 2, 0) }))
      .sort((a, b) => a.distance - b.distance || a.i - b.i)
      .slice(0, k)
      .sort((a, b) => a.i - b.i);
    return order.reduce((sum, { i }) => sum + targets[i]!, 0) / k;
  };

  it('give the same to the last bit, in any dimension, on grids full of ties', () => {
    const row = (dimensions: number) =>
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: dimensions, maxLength: dimensions });
    const cases = fc
      .integer({ min: 1, max: 4 })
      .chain((dimensions) =>
        fc.tuple(
          fc.array(row(dimensions), { minLength: 5, maxLength: 30 }),
          fc.array(row(dimensions), { minLength: 1, maxLength: 20 }),
          fc.integer({ min: 1, max: 5 }),
          fc.integer(),
        ),
      );
    fc.assert(
      fc.property(cases, ([samples, queries, k, seed]) => {
        const random = new SeededRandom(seed);
        const targets = samples.map(() => random.next());
        const regressor = new KNearestNeighbours(k);
        learn(regressor, samples, targets);
        expect(predict(regressor, queries)).toEqual(queries.map((query) => plainly(samples, targets, query, k)));
      }),
      { numRuns: 200 },
    );
  });
});
