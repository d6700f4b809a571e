/**
 * The union of two views' fuzzy graphs over the same points, as umap-learn's `+` makes it (docs/design.md section 6.2; UMAP's
 * fuzzy set union, arXiv 1802.03426, section 3).
 *
 * Departure from umap-learn: a graph without edges, where it fails, counts as one whose smallest entry is 0.
 */
import { dropWeakEdges, mergeGraphs, type SparseGraph, symmetrize } from './sparse-graph.js';

/** What an edge that only the other graph has is taken as, at least. */
const SMALLEST_ABSENT = 1e-8;
/** Sum that each row is brought to: log₂ of 15 neighbours. */
const ROW_SUM = Math.log2(15);
const TOLERANCE = 1e-5;
const BISECTIONS = 32;

/**
 * l + r - l·r, an absent edge taken as max(half of that graph's smallest entry, 1e-8), then local connectivity reset.
 *
 * @param options.epochs Epochs of the layout. umap-learn lays out each view before it adds them, which sets weights
 *   below 1/epochs of the largest to 0 in place: those edges are not in the union, and the graph's smallest entry is 0.
 */
export function graphUnion(left: SparseGraph, right: SparseGraph, options: { epochs: number }): SparseGraph {
  if (left.size !== right.size) throw new RangeError(`graphs of ${left.size} and ${right.size} points have no union`);
  const l = dropWeakEdges(left, options.epochs);
  const r = dropWeakEdges(right, options.epochs);
  const absent = { left: absentWeight(left, l), right: absentWeight(right, r) };
  return resetLocalConnectivity(mergeGraphs(l, r, absent, (a, b) => a + b - a * b));
}

function absentWeight(whole: SparseGraph, kept: SparseGraph): number {
  if (kept.weight.length < whole.weight.length || kept.weight.length === 0) return SMALLEST_ABSENT;
  return Math.max(SMALLEST_ABSENT, kept.weight.reduce((a, b) => Math.min(a, b)) / 2);
}

/**
 * Divides each row by its maximum, raises it to the power that makes it sum to log₂ 15, and takes the fuzzy union with
 * the transpose. A row of fewer than 4 entries cannot reach that sum; its entries are brought to 1.
 *
 * Nor can a row of 4 or more entries that are 1, whose power grows to 2³²: it keeps those that are exactly 1 and loses
 * the others, even 1 - 6e-8. So the rounding of float32 decides which edges are left, here as in umap-learn.
 */
function resetLocalConnectivity(graph: SparseGraph): SparseGraph {
  const weight = graph.weight.slice();
  for (let i = 0; i < graph.size; i++) {
    const row = weight.subarray(graph.rowStart[i]!, graph.rowStart[i + 1]!);
    const largest = row.reduce((a, b) => Math.max(a, b), 0);
    for (let k = 0; k < row.length; k++) row[k] = row[k]! / largest;
    const power = findPower(row);
    for (let k = 0; k < row.length; k++) row[k] = row[k]! ** power;
  }
  return symmetrize({ ...graph, weight });
}

function findPower(row: Float32Array): number {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let power = 1;
  for (let step = 0; step < BISECTIONS; step++) {
    let sum = 0;
    for (const value of row) sum += value ** power;
    if (Math.abs(sum - ROW_SUM) < TOLERANCE) break;
    if (sum < ROW_SUM) {
      high = power;
      power = (low + high) / 2;
    } else {
      low = power;
      power = high === Number.POSITIVE_INFINITY ? power * 2 : (low + high) / 2;
    }
  }
  return power;
}
