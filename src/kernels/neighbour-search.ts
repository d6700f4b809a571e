import type { Neighbours } from '../domain/surrogate/embedding/nearest-neighbours.js';
import { neighbourDistance } from '../domain/surrogate/embedding/nearest-neighbours.js';
import { CandidateLists, collectCandidates, tileCount } from './neighbour-candidates.js';
import { NeighbourRows, refineCandidates } from './neighbour-refinement.js';
import { type TableLayout, type TableVector, VectorTable } from './vector-table.js';

/** Candidates kept for a row, beyond which its bounds are computed again. */
const LEAST_CANDIDATES = 32;

export const candidatesFor = (count: number): number => Math.max(LEAST_CANDIDATES, 2 * count + 16);

/** Numbers from 0 to below `end`, each taken by one of the threads that share the counter. */
export function takeNumbers(counter: Int32Array, end: number): () => number | undefined {
  return () => {
    const next = Atomics.add(counter, 0, 1);
    return next < end ? next : undefined;
  };
}

export const newCounter = (): Int32Array => new Int32Array(new SharedArrayBuffer(4));

/**
 * Exact nearest neighbours of vectors in WebAssembly SIMD on this thread: what `nearestNeighbours` gives, to the bit.
 * @param vectors uint16 (Manhattan, in units of 1/65535) or float32 (Euclidean), all of one length
 * @param count neighbours for each vector, itself first; taken as their number where it is larger
 */
export function wasmNearestNeighbours(vectors: readonly TableVector[], count: number): Neighbours {
  const table = tableOf(vectors);
  return toNeighbours(table.layout, searchTable(table.layout, Math.min(count, vectors.length)));
}

/** A prepared table of the vectors. */
export function tableOf(vectors: readonly TableVector[], queries = 0): VectorTable {
  const element = vectors[0] instanceof Uint16Array ? 'uint16' : 'float32';
  const table = new VectorTable({ rows: vectors.length, columns: vectors[0]?.length ?? 0, element, queries });
  for (const [row, vector] of vectors.entries()) table.write(row, vector);
  table.prepare();
  return table;
}

/** Neighbours of all rows (`queries` 0) or of so many queries, on this thread. */
export function searchTable(layout: TableLayout, count: number, queries = 0): NeighbourRows {
  const rows = queries > 0 ? queries : layout.rows;
  const lists = CandidateLists.empty(rows, candidatesFor(count));
  const found = new NeighbourRows(rows, count);
  collectCandidates(layout, queries, lists, takeNumbers(newCounter(), tileCount(layout, queries)), 0);
  refineCandidates(layout, queries, [lists], found, takeNumbers(newCounter(), rows));
  return found;
}

/**
 * Measured numbers as distances.
 * @param beyond what each row (query) is away in the columns that the table dropped. @defaultValue 0
 */
export function toNeighbours({ element }: TableLayout, found: NeighbourRows, beyond?: Float64Array): Neighbours {
  const { rows: size, count, index } = found;
  const distance = found.measured.map((measured, i) =>
    neighbourDistance(
      measured + (beyond?.[Math.floor(i / count)] ?? 0),
      element === 'uint16' ? 'manhattan' : 'euclidean',
      element,
    ),
  );
  return { size, count, index: index.slice(), distance: Float64Array.from(distance) };
}
