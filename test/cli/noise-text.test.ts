import { expect, it } from 'vitest';
import { noiseText } from '../../src/cli/noise-text.js';
import type { RankedFunction } from '../../src/store/reports/study-summary.js';

const entry = (valAcc: number, stderr: number | null) =>
  ({ fn: 'x', valAcc, stderr, runs: stderr === null ? 1 : 5 }) as RankedFunction;

it('with one seed each, nothing can be told apart', () => {
  expect(noiseText('s', 'valAcc', [entry(0.9, null), entry(0.8, null)])).toEqual([
    expect.stringMatching(/^One seed each: .*luck.*--retrain 4/),
  ]);
  expect(noiseText('s', 'valAcc', [entry(0.9, null)])).toEqual([]);
});

it('with several seeds, differences within two standard errors are named', () => {
  const ranked = [entry(0.9, 0.01), entry(0.88, 0.01), entry(0.86, 0.01), entry(0.85, null)];
  expect(noiseText('s', 'valAcc', ranked)).toEqual([
    'Within noise of the first (val acc closer than 2 standard errors of the difference): rank 2.',
    expect.stringMatching(/^1 of them with one seed/),
  ]);
  expect(noiseText('s', 'valLoss', ranked.slice(0, 3))).toEqual([]);
  expect(noiseText('s', 'valAcc', [entry(0.9, 0.001), entry(0.8, 0.001)])).toEqual([]);
});
