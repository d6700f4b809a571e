import { normalCdf } from '../surrogate/normal-distribution.js';

/** Pairs up to which every way to sign them is counted; beyond, the normal approximation is as good. */
const EXACT = 20;

/**
 * Wilcoxon's signed-rank test, two-sided: the probability of a rank sum at least as far from its mean, if each difference
 * were as likely positive as negative (Wilcoxon 1945). Zeros are left out, equal sizes get mean ranks. Exact over all
 * signs up to 20 pairs, else by the normal approximation with the correction for ties.
 * @returns 1 where no pair differs
 */
export function wilcoxon(differences: readonly number[]): number {
  const changed = differences.filter((difference) => difference !== 0);
  const n = changed.length;
  if (n === 0) return 1;
  const ranks = meanRanks(changed.map(Math.abs));
  const observed = changed.reduce((sum, difference, i) => sum + (difference > 0 ? ranks[i]! : 0), 0);
  const middle = ranks.reduce((sum, rank) => sum + rank, 0) / 2;
  const distance = Math.abs(observed - middle);
  if (n <= EXACT) return exactTail(ranks, middle, distance);
  const variance = ranks.reduce((sum, rank) => sum + rank * rank, 0) / 4;
  return Math.min(1, 2 * (1 - normalCdf((distance - 0.5) / Math.sqrt(variance))));
}

/** Share of the 2ⁿ sign patterns whose positive rank sum is that far from the middle. */
function exactTail(ranks: readonly number[], middle: number, distance: number): number {
  let extreme = 0;
  const patterns = 2 ** ranks.length;
  const visit = (i: number, sum: number): void => {
    if (i < ranks.length) {
      visit(i + 1, sum);
      visit(i + 1, sum + ranks[i]!);
    } else if (Math.abs(sum - middle) >= distance - 1e-9) extreme += 1;
  };
  visit(0, 0);
  return extreme / patterns;
}

function meanRanks(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return values.map((value) => (sorted.indexOf(value) + sorted.lastIndexOf(value)) / 2 + 1);
}
