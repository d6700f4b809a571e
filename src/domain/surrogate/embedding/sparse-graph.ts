/**
 * A weighted directed graph as a compressed sparse row matrix: the edges of vertex i are entries
 * `rowStart[i]` to `rowStart[i + 1] - 1` of `column` and `weight`, columns ascending, none twice, no zero weights.
 *
 * Weights are float32 because umap-learn's are, and the last bit can matter: see `resetLocalConnectivity`.
 */
export interface SparseGraph {
  readonly size: number;
  readonly rowStart: Int32Array;
  readonly column: Int32Array;
  readonly weight: Float32Array;
}

/** A graph from edges in rows: `edges(i)` gives row i's [column, weight] pairs in any order; weights that are 0 as float32 are left out. */
export function graphFromRows(size: number, edges: (row: number) => Iterable<readonly [number, number]>): SparseGraph {
  const rowStart = new Int32Array(size + 1);
  const columns: number[] = [];
  const weights: number[] = [];
  for (let row = 0; row < size; row++) {
    const sorted = [...edges(row)].filter(([, weight]) => Math.fround(weight) !== 0).sort((a, b) => a[0] - b[0]);
    for (const [column, weight] of sorted) {
      columns.push(column);
      weights.push(weight);
    }
    rowStart[row + 1] = columns.length;
  }
  return { size, rowStart, column: Int32Array.from(columns), weight: Float32Array.from(weights) };
}

/** The graph with every edge reversed. */
export function transpose(graph: SparseGraph): SparseGraph {
  const { size, rowStart, column, weight } = graph;
  const reversedStart = new Int32Array(size + 1);
  for (const target of column) reversedStart[target + 1] = reversedStart[target + 1]! + 1;
  for (let i = 0; i < size; i++) reversedStart[i + 1] = reversedStart[i + 1]! + reversedStart[i]!;
  const next = reversedStart.slice(0, size);
  const reversedColumn = new Int32Array(column.length);
  const reversedWeight = new Float32Array(column.length);
  for (let row = 0; row < size; row++) {
    for (let edge = rowStart[row]!; edge < rowStart[row + 1]!; edge++) {
      const target = column[edge]!;
      const slot = next[target]!;
      next[target] = slot + 1;
      reversedColumn[slot] = row;
      reversedWeight[slot] = weight[edge]!;
    }
  }
  return { size, rowStart: reversedStart, column: reversedColumn, weight: reversedWeight };
}

/**
 * Entry by entry `combine(l, r)` wherever either graph has an edge; a missing edge counts as that graph's `absent`
 * weight.
 */
export function mergeGraphs(
  left: SparseGraph,
  right: SparseGraph,
  absent: { left: number; right: number },
  combine: (left: number, right: number) => number,
): SparseGraph {
  return graphFromRows(left.size, function* (row) {
    let l = left.rowStart[row]!;
    let r = right.rowStart[row]!;
    const lEnd = left.rowStart[row + 1]!;
    const rEnd = right.rowStart[row + 1]!;
    while (l < lEnd || r < rEnd) {
      const lColumn = l < lEnd ? left.column[l]! : Number.POSITIVE_INFINITY;
      const rColumn = r < rEnd ? right.column[r]! : Number.POSITIVE_INFINITY;
      const column = Math.min(lColumn, rColumn);
      const lWeight = lColumn === column ? left.weight[l++]! : absent.left;
      const rWeight = rColumn === column ? right.weight[r++]! : absent.right;
      yield [column, combine(lWeight, rWeight)] as const;
    }
  });
}

/**
 * The symmetric graph of the fuzzy union with its transpose (McInnes et al. 2018, arXiv 1802.03426, section 3.1), in the
 * float32 steps of umap-learn's sparse matrices.
 */
export function symmetrize(graph: SparseGraph): SparseGraph {
  const { fround } = Math;
  return mergeGraphs(graph, transpose(graph), { left: 0, right: 0 }, (a, b) => fround(fround(a + b) - fround(a * b)));
}

/** The graph without the edges that a layout of so many epochs never moves: those below 1/epochs of the largest. */
export function dropWeakEdges(graph: SparseGraph, epochs: number): SparseGraph {
  const least = graph.weight.reduce((a, b) => Math.max(a, b), 0) / epochs;
  return graphFromRows(graph.size, function* (row) {
    for (let edge = graph.rowStart[row]!; edge < graph.rowStart[row + 1]!; edge++) {
      if (graph.weight[edge]! >= least) yield [graph.column[edge]!, graph.weight[edge]!] as const;
    }
  });
}
