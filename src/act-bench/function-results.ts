import type { TrialResult } from '../domain/trial.js';
import type { FisherSettings } from '../store/documents.js';
import type { ActBenchTable } from './table.js';

/** What a file says about one function, whatever its format. */
export interface FunctionResults {
  fn: string;
  /** Other names of the function. */
  equivalents: readonly string[];
  /** One for each seed; none where it was not evaluated. */
  results: readonly TrialResult[];
  /** Concatenated CDFs of log eigenvalues; empty where they are undefined; null where they were not computed. */
  fisherCdf: Float32Array | null;
  /** How they were made; absent where the file does not say. */
  fisherSettings?: FisherSettings;
}

/** Run i gets the i-th accuracies; the figures that a table has for all seeds together stand in each run. */
export function resultsOfTable(table: ActBenchTable): FunctionResults[] {
  return [...table].map(([fn, { equivalents, fisherCdf, fisherSettings, seeds, ...shared }]) => ({
    fn,
    equivalents,
    results: seeds ? seeds.valAcc.map((valAcc, i) => ({ ...shared, valAcc, testAcc: seeds.testAcc[i]! })) : [shared],
    fisherCdf,
    ...(fisherSettings === undefined ? {} : { fisherSettings }),
  }));
}
