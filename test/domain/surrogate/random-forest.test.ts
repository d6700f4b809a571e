import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random/seeded-random.js';
import { RandomForest } from '../../../src/domain/surrogate/regressors/random-forest.js';
import { learn, predict, type Row } from '../../support/regressors.js';

describe('the random forest', () => {
  const line = (n: number): Row[] => Array.from({ length: n }, (_, i) => [i, 0] as const);

  it('follows a step that separates the targets perfectly', () => {
    const forest = new RandomForest({ seed: 1 });
    learn(
      forest,
      line(20),
      line(20).map(([x = 0]) => (x < 10 ? 0 : 1)),
    );
    const [low, high] = predict(forest, [
      [3, 0],
      [16, 0],
    ]);
    expect(low).toBeLessThan(0.05);
    expect(high).toBeGreaterThan(0.95);
  });

  it('predicts a smooth function better than its mean', () => {
    const random = new SeededRandom(2);
    const cloud = (n: number): Row[] => Array.from({ length: n }, () => [random.normal(), random.normal()] as const);
    const truth = ([x = 0, y = 0]: Row) => Math.sin(2 * x) + y;
    const train = cloud(200);
    const test = cloud(100);
    const forest = new RandomForest({ seed: 1 });
    learn(forest, train, train.map(truth));
    const squared = (errors: number[]) => errors.reduce((sum, e) => sum + e * e, 0);
    const predictions = predict(forest, test);
    const mean = test.reduce((sum, point) => sum + truth(point), 0) / test.length;
    const explained =
      1 - squared(test.map((p, i) => truth(p) - predictions[i]!)) / squared(test.map((p) => truth(p) - mean));
    expect(explained).toBeGreaterThan(0.8);
  });

  it('is decided by its seed', () => {
    const predictions = [1, 1, 2].map((seed) => {
      const forest = new RandomForest({ seed, trees: 10 });
      learn(
        forest,
        line(12),
        line(12).map(([x = 0]) => Math.sin(x)),
      );
      return predict(forest, [
        [2.4, 0],
        [7.7, 1],
      ]);
    });
    expect(predictions[0]).toEqual(predictions[1]);
    expect(predictions[0]).not.toEqual(predictions[2]);
  });

  it('stays within the range of the targets, whatever their unit', () => {
    for (const unit of [1e-9, 1, 1e9]) {
      const targets = line(15).map(([x = 0]) => unit * Math.sin(3 * x));
      const forest = new RandomForest({ seed: 4, trees: 20 });
      learn(forest, line(15), targets);
      for (const prediction of predict(forest, line(40))) {
        expect(prediction).toBeGreaterThanOrEqual(Math.min(...targets));
        expect(prediction).toBeLessThanOrEqual(Math.max(...targets));
      }
    }
  });

  it('predicts equal targets as they are, and nothing for no points', () => {
    const forest = new RandomForest({ seed: 1 });
    learn(forest, line(4), [0.3, 0.3, 0.3, 0.3]);
    expect(predict(forest, [[9, 9]])).toEqual([0.3]);
    expect(predict(forest, [])).toEqual([]);
  });

  it('copes with coincident points that have different targets', () => {
    const forest = new RandomForest({ seed: 1 });
    learn(
      forest,
      [
        [1, 1],
        [1, 1],
        [1, 1],
        [2, 2],
      ],
      [0, 0.5, 1, 0.2],
    );
    expect(
      predict(forest, [
        [1, 1],
        [2, 2],
      ]).every(Number.isFinite),
    ).toBe(true);
  });

  it('refuses fewer than 2 samples', () => {
    expect(() => learn(new RandomForest({ seed: 1 }), [[0, 0]], [1])).toThrow(/at least 2 points, not 1/);
    expect(() => learn(new RandomForest({ seed: 1 }), [[0, 0]], [])).toThrow(/1 points but 0 targets/);
  });
});
