/**
 * aquasurf: better activation functions for your own network and task.
 * Importing this opens no connection and loads no compute backend.
 */
import { canonicalHash as hashOfOutputs } from './domain/features/canonical-hash.js';
import { outputFeatures } from './domain/features/output-features.js';

export { readResults } from './act-bench/read-results.js';
export { formatExpression, parseExpression } from './domain/expression/expression.js';
export { ExpressionError } from './domain/expression/expression-error.js';
export { defineOperators, type OperatorsDefinition } from './domain/operators/own-operators.js';
export type { OwnRegressor } from './domain/surrogate/regressors/regressor.js';
export { AquasurfError, type ErrorCode } from './errors.js';
export { ActivationFunction, registerOperators } from './nn/activation-function.js';
export { type Backend, type BackendName, loadBackend } from './nn/backend/load-backend.js';
export { type FisherSpectrumOptions, fisherSpectrum } from './nn/fisher/fisher-spectrum.js';
export { type BuildContext, type DataSet, defineTask, type Split, type TaskDefinition } from './nn/task.js';
export { type OpenOptions, OpenStudy, openStudy } from './open-study.js';
export type { StudyOptions } from './producers/create-study.js';
export type { FisherOptions } from './producers/fisher/fisher.js';
export type { ImportOptions } from './producers/import-results.js';
export type { PopulateOptions } from './producers/spaces/populate.js';
export type { OutsideResult, ReportOptions } from './producers/training/report-result.js';
export type { TrainOptions } from './producers/training/retraining.js';
export type { SearchOptions } from './producers/training/search.js';
export type { ExportOptions } from './store/reports/export-table.js';
export type { StudyProgress } from './store/reports/study-progress.js';
export type { RankedFunction, StudySummary } from './store/reports/study-summary.js';
export type { ClaimedFunction } from './store/suggest/suggest.js';
export type { Claim } from './study/ask-and-tell.js';
export type { WaitOptions, WatchOptions } from './study/watch.js';
export type { Study } from './study.js';
export { outputFeatures };

/**
 * The canonical hash of a function: equivalent functions, whatever their names, have the same.
 * @param expression e.g. `max(relu(x),cosh(elu(x)))`
 * @returns 32 hex digits
 * @throws ExpressionError with the position of the fault
 */
export function canonicalHash(expression: string): string {
  return hashOfOutputs(outputFeatures(expression));
}
