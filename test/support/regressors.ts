import { pointsOf } from '../../src/domain/surrogate/points.js';
import type { Regressor } from '../../src/domain/surrogate/regressors/regressor.js';

export type Row = readonly number[];

export const learn = (regressor: Regressor, rows: readonly Row[], targets: readonly number[]): void =>
  regressor.fit(pointsOf(rows), targets);

export const predict = (regressor: Regressor, rows: readonly Row[]): number[] =>
  Array.from(regressor.predict(pointsOf(rows)).mean);
