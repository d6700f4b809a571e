import { METRIC_NAMES, type Metric } from '../domain/trial.js';
import type { StudyDoc } from '../store/documents.js';
import type { RankedFunction } from '../store/reports/study-summary.js';

/** Standard errors of a difference within which it may well be luck. */
const ERRORS = 2;

/**
 * What the figures of ranked functions do not say: how far luck, of seeds and of choosing, decides between them.
 * @param ranked best first
 */
export function noiseText(
  { _id, metric, task }: Pick<StudyDoc, '_id' | 'metric' | 'task'>,
  ranked: readonly RankedFunction[],
): string[] {
  const [best, ...others] = ranked;
  if (!best || others.length === 0) return [];
  const single = ranked.filter(({ runs }) => runs < 2).length;
  const more =
    task.network === false
      ? `report trainings of the best with further seeds (\`aquasurf report ${_id} <fn> --seed 1 ...\`)`
      : `\`aquasurf best ${_id} --top ${Math.min(ranked.length, 5)} --retrain 4 --wait\` trains the best with more`;
  if (single === ranked.length) {
    return [
      `One seed each: how much of a difference is luck cannot be told, and the first of many is flattered; ${more}.`,
    ];
  }
  const lines: string[] = [];
  const near = others.flatMap((other, i) => (isNear(metric, best, other) ? [i + 2] : []));
  if (near.length > 0) {
    lines.push(
      `Within noise of the first (${METRIC_NAMES[metric]} closer than ${ERRORS} standard errors of the difference): rank ${near.join(', ')}.`,
    );
  }
  if (single > 0) lines.push(`${single} of them with one seed, without a standard error; ${more}.`);
  return lines;
}

function isNear(metric: Metric, a: RankedFunction, b: RankedFunction): boolean {
  const [first, second] = [a[metric], b[metric]];
  if (first === null || second === null || a.stderr === null || b.stderr === null) return false;
  return Math.abs(first - second) <= ERRORS * Math.hypot(a.stderr, b.stderr);
}
