import {
  FISHER_NEIGHBOURS,
  OUTPUT_NEIGHBOURS,
  type ViewNeighbours,
} from '../../domain/surrogate/embedding/embedding.js';
import type { Neighbours } from '../../domain/surrogate/embedding/nearest-neighbours.js';
import { toNeighbours } from '../../kernels/neighbour-search.js';
import type { NeighbourThreads } from '../../kernels/neighbour-threads.js';
import { type TableVector, TILE, VectorTable } from '../../kernels/vector-table.js';
import type { Store } from '../../store/store.js';

/** Functions read at a time: 36 MB of the longest features. */
const BATCH = 128;
/** Tables beyond this are not kept for the next functions, in bytes. */
const MOST_KEPT = 2 * 2 ** 30;

/** The features of the functions of a plane; row i of both tables is function i. */
export interface FeatureTables {
  hashes: string[];
  outputs: VectorTable;
  /** Left out for a task without Fisher features. */
  fisher?: VectorTable;
}

/**
 * Reads the features of functions into shared memory, batch by batch; those whose features are gone are left out. Where
 * the Fisher features of all are empty, as those of a task without a network are, there is no table of them; where some
 * are not, functions whose features are empty are left out.
 * @param views `outputs`: without the Fisher features, where there are some
 */
export async function readTables(
  store: Store,
  study: string,
  hashes: readonly string[],
  views: 'both' | 'outputs' = 'both',
): Promise<FeatureTables | undefined> {
  const gone = new Set<string>();
  const empty = new Set<string>();
  const fill = async (
    read: (batch: string[]) => Promise<Map<string, TableVector>>,
    element: 'uint16' | 'float32',
  ): Promise<VectorTable | undefined> => {
    let table: VectorTable | undefined;
    for (let from = 0; from < hashes.length; from += BATCH) {
      const batch = hashes.slice(from, from + BATCH);
      const found = await read(batch);
      for (const [i, hash] of batch.entries()) {
        const vector = found.get(hash);
        if (!vector) gone.add(hash);
        else if (vector.length === 0) empty.add(hash);
        else {
          table ??= new VectorTable({ rows: hashes.length, columns: vector.length, element, queries: TILE });
          table.write(from + i, vector);
        }
      }
    }
    return table;
  };
  const outputs = await fill((batch) => store.functions.outputs(batch), 'float32');
  const fisher = views === 'both' ? await fill((batch) => store.fisher.features(study, batch), 'uint16') : undefined;
  if (fisher) for (const hash of empty) gone.add(hash);
  if (gone.size > 0) {
    const left = hashes.filter((hash) => !gone.has(hash));
    return left.length > 0 ? readTables(store, study, left, views) : undefined;
  }
  if (!outputs) return undefined;
  outputs.prepare();
  fisher?.prepare();
  return { hashes: [...hashes], outputs, ...(fisher ? { fisher } : {}) };
}

/** Neighbours of all functions among themselves. */
export async function neighboursOfAll(
  { outputs, fisher }: FeatureTables,
  threads: NeighbourThreads,
  signal?: AbortSignal,
): Promise<ViewNeighbours> {
  const find = async ({ layout }: VectorTable, count: number): Promise<Neighbours> =>
    toNeighbours(layout, await threads.search(layout, Math.min(count, layout.rows), 0, signal));
  const found = { outputs: await find(outputs, OUTPUT_NEIGHBOURS) };
  return fisher ? { ...found, fisher: await find(fisher, FISHER_NEIGHBOURS) } : found;
}

/** Neighbours of further functions among those of the tables, one fewer than the functions have with themselves. */
export async function neighboursOfNew(
  { outputs, fisher }: FeatureTables,
  added: { outputs: readonly Float32Array[]; fisher?: readonly Uint16Array[] },
  threads: NeighbourThreads,
  signal?: AbortSignal,
): Promise<ViewNeighbours> {
  const find = async (table: VectorTable, vectors: readonly TableVector[], count: number): Promise<Neighbours> => {
    const most = Math.min(count - 1, table.layout.rows);
    const parts: Neighbours[] = [];
    for (let from = 0; from < vectors.length; from += TILE) {
      const queries = vectors.slice(from, from + TILE);
      const beyond = table.writeQueries(queries);
      const found = await threads.search(table.layout, most, queries.length, signal);
      parts.push(toNeighbours(table.layout, found, beyond));
    }
    return {
      size: vectors.length,
      count: most,
      index: Int32Array.from(parts.flatMap(({ index }) => [...index])),
      distance: Float64Array.from(parts.flatMap(({ distance }) => [...distance])),
    };
  };
  const found = { outputs: await find(outputs, added.outputs, OUTPUT_NEIGHBOURS) };
  return fisher && added.fisher ? { ...found, fisher: await find(fisher, added.fisher, FISHER_NEIGHBOURS) } : found;
}

/** The tables of one fit at a time. */
export class KeptTables {
  #kept: { key: string; tables: FeatureTables } | undefined;

  /** Of the fit of this name, unless another was kept since or they were too large. */
  get(study: string, fit: string): FeatureTables | undefined {
    return this.#kept?.key === `${study}:${fit}` ? this.#kept.tables : undefined;
  }

  keep(study: string, fit: string, tables: FeatureTables): void {
    const bytes = [tables.outputs, tables.fisher].reduce((sum, table) => sum + (table?.bytes ?? 0), 0);
    this.#kept = bytes <= MOST_KEPT ? { key: `${study}:${fit}`, tables } : undefined;
  }

  clear(): void {
    this.#kept = undefined;
  }
}
