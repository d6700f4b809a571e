import type { TrialResult } from '../domain/trial.js';
import type { FisherSettings } from '../store/documents.js';

/**
 * Results of one function. Accuracies are fractions. Losses are null where they are not known, or not finite and nobody
 * said more; the validation loss is NaN where the file says that the training diverged.
 */
export interface TableEntry extends TrialResult {
  testAcc: number;
  /** Other names of the function. */
  equivalents: string[];
  /** Concatenated CDFs of log eigenvalues at initialisation, 0 to 1; empty where they are undefined. */
  fisherCdf: Float32Array;
  /** How they were made; absent where the file does not say. */
  fisherSettings?: FisherSettings;
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
/** Ours, as `Seeds`: how the features were made, and whether a validation loss is null for being infinite. */
export const SETTINGS_KEY = 'Fisher settings';
export const DIVERGED_KEY = 'Diverged';
