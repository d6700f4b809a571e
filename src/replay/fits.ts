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
  const { rows, views } = described(table, plane);
  switch (plane) {
    case 'components': {
      const layout = await threads.run('components', views);
      return { graph: undefined, rows, layouts: [spread(layout, rows, table.names.length)] };
    }
    case 'union':
    case 'outputs':
    case 'fisher': {
      const graph = await threads.run('graph', { plane, ...views });
      const layouts = await Promise.all(
        Array.from({ length: fits }, (_, seed) => threads.run('layout', { graph, seed: `replay ${plane} ${seed}` })),
      );
      return { graph, rows, layouts: layouts.map((layout) => spread(layout, rows, table.names.length)) };
    }
  }
}

interface Described {
  rows: Int32Array;
  views: { outputs: Float32Array[]; fisher: Float32Array[] };
}

/** The rows that have what a plane is made of, and the features that it reads of them. */
function described(table: ReplayTable, plane: PlaneName): Described {
  const all = Int32Array.from(table.names.keys());
  const withFisher = all.filter((row) => table.fisher[row]!.length > 0);
  const outputs = (rows: Int32Array) => Array.from(rows, (row) => table.outputs[row]!);
  const fisher = (rows: Int32Array) => Array.from(rows, (row) => table.fisher[row]!);
  switch (plane) {
    case 'outputs':
      return { rows: all, views: { outputs: outputs(all), fisher: [] } };
    case 'fisher':
      return { rows: withFisher, views: { outputs: [], fisher: fisher(withFisher) } };
    case 'union':
    case 'components':
      return { rows: withFisher, views: { outputs: outputs(withFisher), fisher: fisher(withFisher) } };
  }
}
