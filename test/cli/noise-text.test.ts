import { expect, it } from 'vitest';
import { noiseText } from '../../src/cli/noise-text.js';
import type { StudyDoc } from '../../src/store/documents.js';
import type { RankedFunction } from '../../src/store/reports/study-summary.js';

const study = (metric: StudyDoc['metric'] = 'valAcc', network?: false) => ({
  _id: 's',
  metric,
  task: { name: 't', sourceHash: '', ...(network === false ? { network } : {}) },
});
const entry = (valAcc: number, stderr: number | null) =>
  ({ fn: 'x', valAcc, valLoss: null, stderr, runs: stderr === null ? 1 : 5 }) as RankedFunction;

it('with one seed each, nothing can be told apart', () => {
  expect(noiseText(study(), [entry(0.9, null), entry(0.8, null)])).toEqual([
    expect.stringMatching(/^One seed each: .*luck.*--retrain 4/),
  ]);
  expect(noiseText(study(), [entry(0.9, null)])).toEqual([]);
});

it('with several seeds, differences within two standard errors are named', () => {
  const ranked = [entry(0.9, 0.01), entry(0.88, 0.01), entry(0.86, 0.01), entry(0.85, null)];
  expect(noiseText(study(), ranked)).toEqual([
    'Within noise of the first (validation accuracy closer than 2 standard errors of the difference): rank 2.',
    expect.stringMatching(/^1 of them with one seed/),
  ]);
  expect(noiseText(study('valLoss'), ranked.slice(0, 3))).toEqual([]);
  expect(noiseText(study(), [entry(0.9, 0.001), entry(0.8, 0.001)])).toEqual([]);
});

it('speaks of the metric of the study, and of results from outside where nothing is trained here', () => {
  const ranked = [0.5, 0.51, 0.9].map((valLoss) => ({ ...entry(0.1, 0.01), valLoss }));
  expect(noiseText(study('valLoss'), ranked)).toEqual([
    'Within noise of the first (validation loss closer than 2 standard errors of the difference): rank 2.',
  ]);
  const [line] = noiseText(study('valAcc', false), [entry(0.9, null), entry(0.8, null)]);
  expect(line).toMatch(/report trainings of the best with further seeds/);
  expect(line).not.toContain('--retrain');
});
