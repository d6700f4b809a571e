import { describe, expect, it } from 'vitest';
import { pointsOf } from '../../../src/domain/surrogate/points.js';
import { adaptRegressor } from '../../../src/domain/surrogate/regressors/regressor.js';
import { learn, predict } from '../../support/regressors.js';

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
