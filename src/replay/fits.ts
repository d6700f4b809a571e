import type { PlaneName } from '../domain/replay/searchers.js';
import { type PlaneFits, spread } from './plane-fits.js';
import type { ReplayTable } from './replay-table.js';
import type { ReplayThreads } from './replay-threads.js';

/** Layouts of a plane that suggestions draw from, instead of a new one each time. */
const STORED_FITS = 20;

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

const hasFisher = (table: ReplayTable, row: number): boolean => table.fisher[row]!.length > 0;
