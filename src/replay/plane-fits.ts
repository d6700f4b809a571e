import type { SparseGraph } from '../domain/surrogate/embedding/sparse-graph.js';
import type { Points } from '../domain/surrogate/points.js';

/** The fits of one plane: many layouts of one graph. Features do not change during a replay, so the graph does not either. */
export interface PlaneFits {
  /** Of UMAP; none for principal components, which have no chance in them. */
  graph: SparseGraph | undefined;
  /** Rows of the table that have a place. */
  rows: Int32Array;
  /** Places of all rows of the table, NaN for those without. */
  layouts: Points[];
}

/** Places of some rows among all; in memory that threads share. */
export function spread(layout: Float32Array | Points, rows: Int32Array, count: number): Points {
  const [coordinates, dimensions] = 'dimensions' in layout ? [layout.coordinates, layout.dimensions] : [layout, 2];
  const all = new Float32Array(new SharedArrayBuffer(4 * dimensions * count)).fill(Number.NaN);
  rows.forEach((row, i) => {
    all.set(coordinates.subarray(dimensions * i, dimensions * (i + 1)), dimensions * row);
  });
  return { count, dimensions, coordinates: all };
}
