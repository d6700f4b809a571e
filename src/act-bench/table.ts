import type { TrialResult } from '../domain/trial.js';

/** Results of one function. Accuracies are fractions; losses are null where a training diverged. */
export interface TableEntry extends TrialResult {
  testAcc: number;
  /** Other names of the function. */
  equivalents: string[];
  /** Concatenated CDFs of log eigenvalues at initialisation, 0 to 1; empty where they are undefined. */
  fisherCdf: Float32Array;
  /** Each seed's results, where the table has more than one; the plain figures are then their medians. */
  seeds?: { valAcc: number[]; testAcc: number[] };
}

/**
 * A table of results, by function: what a file in the format of Act-Bench (arXiv 2301.05785) holds. All CDFs that are
 * not empty have the same length.
 */
export type ActBenchTable = Map<string, TableEntry>;

/** The file's keys of the figures that are numbers. */
export const FIGURE_KEYS = {
  trainAcc: 'Train Accuracy',
  valAcc: 'Validation Accuracy',
  trainLoss: 'Train Loss',
  valLoss: 'Validation Loss',
  testAcc: 'Test Accuracy',
  testLoss: 'Test Loss',
  runtime: 'Runtime (s)',
} as const satisfies Record<keyof TrialResult, string>;

export const EQUIVALENTS_KEY = 'Equivalent Activation Functions';
export const CDF_KEY = 'Fisher log eigenvalue CDF';
export const SEEDS_KEY = 'Seeds';
