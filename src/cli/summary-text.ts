import type { StudySummary } from '../store/reports/study-summary.js';

/** The summary in the words of the original program. */
export function summaryText(summary: StudySummary): string {
  const best = summary.best
    ? `${summary.best.fn} with validation accuracy ${summary.best.valAcc?.toFixed(4)}`
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
