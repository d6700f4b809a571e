import type { PlaneName } from '../domain/search/searchers.js';
import type { Points } from '../domain/surrogate/points.js';
import type { SparseGraph } from '../domain/surrogate/sparse-graph.js';
import type { ReplayTable } from './replay-table.js';
import type { ReplayThreads } from './replay-threads.js';

/** The fits of one plane: many layouts of one graph. Features do not change during a replay, so the graph does not either. */
export interface PlaneFits {
  /** Of UMAP; none for principal components, which have no chance in them. */
  graph: SparseGraph | undefined;
  /** Rows of the table that have a place. */
  rows: Int32Array;
  /** Places of all rows of the table, NaN for those without. */
  layouts: Points[];
}

/** Layouts of a plane that suggestions draw from, instead of a new one each time. */
export const STORED_FITS = 20;

/**
 * Fits a plane of the table several times, with different seeds.
 * @param fits 0: the graph alone, for true refits
 */
export async function fitPlane(
  table: ReplayTable,
  plane: PlaneName,
  threads: ReplayThreads,
  fits = STORED_FITS,
): Promise<PlaneFits> {
  const rows = Int32Array.from(table.names.keys()).filter((row) => plane === 'outputs' || hasFisher(table, row));
  const views = {
    outputs: plane === 'fisher' ? [] : Array.from(rows, (row) => table.outputs[row]!),
    fisher: plane === 'outputs' ? [] : Array.from(rows, (row) => table.fisher[row]!),
  };
  if (plane === 'components') {
    const layout = await threads.run('components', views);
    return { graph: undefined, rows, layouts: [spread(layout, rows, table.names.length)] };
  }
  const graph = await threads.run('graph', { plane, ...views });
  const layouts = await Promise.all(
    Array.from({ length: fits }, (_, seed) => threads.run('layout', { graph, seed: `replay ${plane} ${seed}` })),
  );
  return { graph, rows, layouts: layouts.map((layout) => spread(layout, rows, table.names.length)) };
}

export const hasFisher = (table: ReplayTable, row: number): boolean => table.fisher[row]!.length > 0;

/** Places of some rows among all; in memory that threads share. */
export function spread(layout: Float32Array | Points, rows: Int32Array, count: number): Points {
  const [coordinates, dimensions] = 'dimensions' in layout ? [layout.coordinates, layout.dimensions] : [layout, 2];
  const all = new Float32Array(new SharedArrayBuffer(4 * dimensions * count)).fill(Number.NaN);
  rows.forEach((row, i) => {
    all.set(coordinates.subarray(dimensions * i, dimensions * (i + 1)), dimensions * row);
  });
  return { count, dimensions, coordinates: all };
}
