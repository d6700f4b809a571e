import { Piscina } from 'piscina';
import { entryPoint } from '../config.js';
import { CandidateLists } from './neighbour-candidates.js';
import { NeighbourRows } from './neighbour-refinement.js';
import { candidatesFor, newCounter } from './neighbour-search.js';
import type { SearchTask } from './neighbour-thread.js';
import { MOST_THREADS, type TableLayout } from './vector-table.js';

/** Exact nearest neighbours in a table by several threads: the same bits for any number of them. */
export class NeighbourThreads {
  readonly #threads: number;
  readonly #pool: Piscina;

  /** @param threads at most 16. @defaultValue 2 */
  constructor(threads = 2) {
    this.#threads = Math.max(1, Math.min(threads, MOST_THREADS));
    this.#pool = new Piscina({
      filename: entryPoint('kernels/neighbour-thread'),
      minThreads: 0,
      maxThreads: this.#threads,
      idleTimeout: 10_000,
    });
  }

  /**
   * @param layout of a prepared table, which nobody writes to meanwhile
   * @param count neighbours of each row (query), at most the number of rows
   * @param queries so many of the table's queries instead of its rows. @defaultValue 0
   */
  async search(layout: TableLayout, count: number, queries = 0, signal?: AbortSignal): Promise<NeighbourRows> {
    const rows = queries > 0 ? queries : layout.rows;
    const candidates = candidatesFor(count);
    const lists = Array.from({ length: this.#threads }, () => CandidateLists.empty(rows, candidates).memory);
    const found = new NeighbourRows(rows, count);
    const task: Omit<SearchTask, 'counter'> = { layout, queries, count, candidates, lists, found: found.memory };
    for (const name of ['collect', 'refine'] as const) {
      const counter = newCounter();
      const options = { name, ...(signal ? { signal } : {}) };
      await Promise.all(lists.map((_, thread) => this.#pool.run({ task: { ...task, counter }, thread }, options)));
    }
    return found;
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}
