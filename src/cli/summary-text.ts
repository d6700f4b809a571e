import { METRIC_NAMES } from '../domain/trial.js';
import type { StudySummary } from '../store/reports/study-summary.js';

/** The summary in the words of the original program. */
export function summaryText(summary: StudySummary): string {
  const best = summary.best
    ? `${summary.best.fn} with ${METRIC_NAMES[summary.metric]} ${summary.best[summary.metric]?.toFixed(4) ?? 'not finite'}`
    : 'no function evaluated yet';
  return [
    `Number of activation functions: ${summary.functions}`,
    `Number of unique activation functions: ${summary.unique}`,
    `Number of unique functions with eigenvalues calculated: ${summary.withEigenvalues}`,
    `Number of evaluated activation functions: ${summary.evaluated}`,
    `Number of running activation functions: ${summary.running}`,
    `Best so far: ${best}`,
  ].join('\n');
}
