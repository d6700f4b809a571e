import type { RankedFunction } from '../store/reports/study-summary.js';

/** Standard errors of a difference within which it may well be luck. */
const ERRORS = 2;

/**
 * What the figures of ranked functions do not say: how far luck, of seeds and of choosing, decides between them.
 * @param ranked best first
 */
export function noiseText(study: string, metric: string, ranked: readonly RankedFunction[]): string[] {
  const [best, ...others] = ranked;
  if (!best || others.length === 0) return [];
  const single = ranked.filter(({ runs }) => runs < 2).length;
  const more = `\`aquasurf best ${study} --top ${Math.min(ranked.length, 5)} --retrain 4 --wait\` trains the best with more`;
  if (single === ranked.length) {
    return [
      `One seed each: how much of a difference is luck cannot be told, and the first of many is flattered; ${more}.`,
    ];
  }
  const lines: string[] = [];
  if (metric === 'valAcc') {
    const near = others.flatMap((other, i) => (isNear(best, other) ? [i + 2] : []));
    if (near.length > 0) {
      lines.push(
        `Within noise of the first (val acc closer than ${ERRORS} standard errors of the difference): rank ${near.join(', ')}.`,
      );
    }
  }
  if (single > 0) lines.push(`${single} of them with one seed, without a standard error; ${more}.`);
  return lines;
}

function isNear(a: RankedFunction, b: RankedFunction): boolean {
  if (a.valAcc === null || b.valAcc === null || a.stderr === null || b.stderr === null) return false;
  return Math.abs(a.valAcc - b.valAcc) <= ERRORS * Math.hypot(a.stderr, b.stderr);
}
