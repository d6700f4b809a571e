/**
 * Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours that turn one text
 * into the other (Damerau 1964).
 */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(substitution, last[j]! + 1, row[j - 1]! + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, beforeLast[j - 2]! + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** Names that many edits away are still offered: a typing error in a short name, two or three in a long one. */
const tolerance = (name: string): number => Math.min(3, Math.ceil(name.length / 3));

/** The known names nearest to a misspelt one, best first, case ignored; at most three, none if all are far. */
export function nearestNames(name: string, known: readonly string[]): string[] {
  // A long name is misspelt beyond help, and comparing it would cost time.
  if (name.length > 64) return [];
  const distances = known.map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate) }));
  const least = Math.min(...distances.map(({ distance }) => distance));
  if (least > tolerance(name)) return [];
  return distances
    .filter(({ distance }) => distance === least)
    .map(({ candidate }) => candidate)
    .slice(0, 3);
}
