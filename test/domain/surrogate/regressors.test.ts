import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random/seeded-random.js';
import { KNearestNeighbours } from '../../../src/domain/surrogate/k-nearest-neighbours.js';
import { RandomForest } from '../../../src/domain/surrogate/random-forest.js';
import type { Point } from '../../../src/domain/surrogate/regressor.js';

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
      regressor.fit(train, acc);
      const predictions = regressor.predict(test);
      for (const [i, prediction] of predictions.entries()) expect(prediction).toBeCloseTo(pred[i]!, 8);
      expect(predictions.indexOf(Math.max(...predictions))).toBe(argmax);
    },
  );

  it('need as many samples as neighbours', () => {
    const regressor = new KNearestNeighbours();
    expect(regressor.minimumSamples).toBe(3);
    expect(() => regressor.fit([[0, 0]], [1])).toThrow(/3 nearest neighbours need as many points, not 1/);
    expect(() => regressor.fit([[0, 0]], [])).toThrow(/1 points but 0 targets/);
    expect(() => new KNearestNeighbours(0)).toThrow(/at least 1, not 0/);
  });

  it('give points with the same neighbours the same prediction to the last bit', () => {
    const points: Point[] = [
      [0, 0],
      [1, 0],
      [2, 0],
    ];
    const regressor = new KNearestNeighbours();
    regressor.fit(points, [0.1, 0.2, 0.7]);
    const predictions = regressor.predict([
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
          regressor.fit(points, targets);
          expect(regressor.predict(points)).toEqual(targets);
        },
      ),
    );
  });
});

describe('the random forest', () => {
  const line = (n: number): Point[] => Array.from({ length: n }, (_, i) => [i, 0] as const);

  it('follows a step that separates the targets perfectly', () => {
    const forest = new RandomForest({ seed: 1 });
    forest.fit(
      line(20),
      line(20).map(([x]) => (x < 10 ? 0 : 1)),
    );
    const [low, high] = forest.predict([
      [3, 0],
      [16, 0],
    ]);
    expect(low).toBeLessThan(0.05);
    expect(high).toBeGreaterThan(0.95);
  });

  it('predicts a smooth function better than its mean', () => {
    const random = new SeededRandom(2);
    const cloud = (n: number): Point[] => Array.from({ length: n }, () => [random.normal(), random.normal()] as const);
    const truth = ([x, y]: Point) => Math.sin(2 * x) + y;
    const train = cloud(200);
    const test = cloud(100);
    const forest = new RandomForest({ seed: 1 });
    forest.fit(train, train.map(truth));
    const squared = (errors: number[]) => errors.reduce((sum, e) => sum + e * e, 0);
    const predictions = forest.predict(test);
    const mean = test.reduce((sum, point) => sum + truth(point), 0) / test.length;
    const explained =
      1 - squared(test.map((p, i) => truth(p) - predictions[i]!)) / squared(test.map((p) => truth(p) - mean));
    expect(explained).toBeGreaterThan(0.8);
  });

  it('is decided by its seed', () => {
    const predictions = [1, 1, 2].map((seed) => {
      const forest = new RandomForest({ seed, trees: 10 });
      forest.fit(
        line(12),
        line(12).map(([x]) => Math.sin(x)),
      );
      return forest.predict([
        [2.4, 0],
        [7.7, 1],
      ]);
    });
    expect(predictions[0]).toEqual(predictions[1]);
    expect(predictions[0]).not.toEqual(predictions[2]);
  });

  it('stays within the range of the targets, whatever their unit', () => {
    for (const unit of [1e-9, 1, 1e9]) {
      const targets = line(15).map(([x]) => unit * Math.sin(3 * x));
      const forest = new RandomForest({ seed: 4, trees: 20 });
      forest.fit(line(15), targets);
      for (const prediction of forest.predict(line(40))) {
        expect(prediction).toBeGreaterThanOrEqual(Math.min(...targets));
        expect(prediction).toBeLessThanOrEqual(Math.max(...targets));
      }
    }
  });

  it('predicts equal targets as they are, and nothing for no points', () => {
    const forest = new RandomForest({ seed: 1 });
    forest.fit(line(4), [0.3, 0.3, 0.3, 0.3]);
    expect(forest.predict([[9, 9]])).toEqual([0.3]);
    expect(forest.predict([])).toEqual([]);
  });

  it('copes with coincident points that have different targets', () => {
    const forest = new RandomForest({ seed: 1 });
    forest.fit(
      [
        [1, 1],
        [1, 1],
        [1, 1],
        [2, 2],
      ],
      [0, 0.5, 1, 0.2],
    );
    expect(
      forest
        .predict([
          [1, 1],
          [2, 2],
        ])
        .every(Number.isFinite),
    ).toBe(true);
  });

  it('refuses fewer than 2 samples', () => {
    expect(() => new RandomForest({ seed: 1 }).fit([[0, 0]], [1])).toThrow(/at least 2 points, not 1/);
    expect(() => new RandomForest({ seed: 1 }).fit([[0, 0]], [])).toThrow(/1 points but 0 targets/);
  });
});
