import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random/seeded-random.js';
import { pointsOf } from '../../../src/domain/surrogate/points.js';
import { GaussianProcess } from '../../../src/domain/surrogate/regressors/gaussian-process.js';
import { learn, predict, type Row } from '../../support/regressors.js';

describe('the Gaussian process', () => {
  const random = new SeededRandom(8);
  const cloud = (n: number): Row[] => Array.from({ length: n }, () => [random.normal(), random.normal()]);
  const truth = ([x = 0, y = 0]: Row) => Math.sin(2 * x) + y;

  it('predicts smooth functions, and knows where it is wrong', () => {
    let [squares, variance, within] = [0, 0, 0];
    for (let repeat = 0; repeat < 5; repeat++) {
      const [train, near] = [cloud(150), cloud(100)];
      const process = new GaussianProcess();
      learn(process, train, train.map(truth));
      const { mean, uncertainty } = process.predict(pointsOf(near));
      for (const [i, row] of near.entries()) {
        const error = Math.abs(truth(row) - mean[i]!);
        squares += error * error;
        variance += truth(row) ** 2;
        within += error <= 2 * uncertainty![i]! + 1e-3 ? 1 : 0;
      }
      const far = process.predict(
        pointsOf([
          [100, 100],
          [-300, 50],
        ]),
      );
      expect(far.uncertainty![0]).toBeGreaterThan(5 * uncertainty!.reduce((a, b) => Math.min(a, b)));
      expect(far.mean[0]).toBeCloseTo(far.mean[1]!, 6);
      expect(Math.abs(far.mean[0]!)).toBeLessThan(1);
    }
    expect(squares).toBeLessThan(0.05 * variance);
    expect(within).toBeGreaterThan(425);
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
