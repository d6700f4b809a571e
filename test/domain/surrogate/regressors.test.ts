import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random/seeded-random.js';
import { GaussianProcess } from '../../../src/domain/surrogate/gaussian-process.js';
import { KNearestNeighbours } from '../../../src/domain/surrogate/k-nearest-neighbours.js';
import { pointsOf } from '../../../src/domain/surrogate/points.js';
import { RandomForest } from '../../../src/domain/surrogate/random-forest.js';
import { adaptRegressor, type Regressor } from '../../../src/domain/surrogate/regressor.js';

type Row = readonly number[];

const learn = (regressor: Regressor, rows: readonly Row[], targets: readonly number[]): void =>
  regressor.fit(pointsOf(rows), targets);
const predict = (regressor: Regressor, rows: readonly Row[]): number[] =>
  Array.from(regressor.predict(pointsOf(rows)).mean);

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

describe('the Gaussian process', () => {
  const random = new SeededRandom(8);
  const cloud = (n: number): Row[] => Array.from({ length: n }, () => [random.normal(), random.normal()]);
  const truth = ([x = 0, y = 0]: Row) => Math.sin(2 * x) + y;

  it('predicts a smooth function, and knows where it is wrong', () => {
    const [train, near] = [cloud(150), cloud(100)];
    const process = new GaussianProcess();
    learn(process, train, train.map(truth));
    const { mean, uncertainty } = process.predict(pointsOf(near));
    const errors = near.map((row, i) => Math.abs(truth(row) - mean[i]!));
    const variance = near.reduce((sum, row) => sum + truth(row) ** 2, 0) / near.length;
    expect(errors.reduce((sum, e) => sum + e * e, 0) / near.length).toBeLessThan(0.05 * variance);
    const within = errors.filter((error, i) => error <= 2 * uncertainty![i]! + 1e-3).length;
    expect(within).toBeGreaterThan(85);
    const far = process.predict(pointsOf([[100, 100]]));
    expect(far.uncertainty![0]).toBeGreaterThan(5 * uncertainty!.reduce((a, b) => Math.min(a, b)));
    expect(far.mean[0]).toBeCloseTo(train.reduce((sum, row) => sum + truth(row), 0) / train.length, 6);
  });

  it('does not care about the unit of targets or points', () => {
    const [train, queries] = [cloud(40), cloud(10)];
    const [plain, scaled] = [new GaussianProcess(), new GaussianProcess()];
    learn(plain, train, train.map(truth));
    learn(
      scaled,
      train.map((row) => row.map((x) => 1024 * x)),
      train.map((row) => 4096 * truth(row) + 7),
    );
    const [a, b] = [
      predict(plain, queries),
      predict(
        scaled,
        queries.map((row) => row.map((x) => 1024 * x)),
      ),
    ];
    for (const [i, value] of a.entries()) expect(b[i]).toBeCloseTo(4096 * value + 7, 3);
  });

  it('copes with coincident points, equal targets, and places that are missing', () => {
    const process = new GaussianProcess();
    learn(
      process,
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      [0.2, 0.2, 0.2],
    );
    expect(
      predict(process, [
        [1, 1],
        [5, 5],
      ]),
    ).toEqual([expect.closeTo(0.2, 9), expect.closeTo(0.2, 9)]);
    expect(predict(process, [[Number.NaN, Number.NaN]])).toEqual([Number.NaN]);
    expect(() => learn(process, [[0, 0]], [1])).toThrow(/at least 2 points, not 1/);
  });
});

describe('a regressor of the user', () => {
  it('gets rows and numbers, and its answers are checked', () => {
    const seen: unknown[] = [];
    const own = {
      minimumSamples: 2,
      fit: (points: number[][], targets: number[]) => void seen.push(points, targets),
      predict: (points: number[][]) => points.map(([x]) => x!),
    };
    const regressor = adaptRegressor(own);
    learn(
      regressor,
      [
        [1, 2],
        [3, 4],
      ],
      [0.5, 0.6],
    );
    expect(seen).toEqual([
      [
        [1, 2],
        [3, 4],
      ],
      [0.5, 0.6],
    ]);
    expect(predict(regressor, [[7, 0]])).toEqual([7]);
    expect(regressor.minimumSamples).toBe(2);
    expect(() => predict(adaptRegressor({ ...own, predict: () => [1, 2] }), [[7, 0]])).toThrow(
      /gave 2 predictions for 1 points/,
    );
    expect(() => predict(adaptRegressor(own, true), [[7, 0]])).toThrow(/needs \{ mean, uncertainty \}/);
    const sure = { ...own, predict: () => ({ mean: [1], uncertainty: [0.1] }) };
    expect(adaptRegressor(sure, true).predict(pointsOf([[7, 0]])).uncertainty).toEqual(Float64Array.of(0.1));
  });
});
