import { CandidateLists, collectCandidates, tileCount } from './neighbour-candidates.js';
import { NeighbourRows, refineCandidates } from './neighbour-refinement.js';
import { takeNumbers } from './neighbour-search.js';
import type { TableLayout } from './vector-table.js';

/** What the threads of one search share. */
export interface SearchTask {
  layout: TableLayout;
  /** 0: neighbours of all rows. */
  queries: number;
  count: number;
  candidates: number;
  counter: Int32Array;
  lists: SharedArrayBuffer[];
  found: SharedArrayBuffer;
}

const rowsOf = ({ layout, queries }: SearchTask): number => (queries > 0 ? queries : layout.rows);

const listsOf = (task: SearchTask): CandidateLists[] =>
  task.lists.map((memory) => new CandidateLists(rowsOf(task), task.candidates, memory));

/** Fills the lists of one thread. */
export function collect({ task, thread }: { task: SearchTask; thread: number }): void {
  const { layout, queries, counter } = task;
  const nextTile = takeNumbers(counter, tileCount(layout, queries));
  collectCandidates(layout, queries, listsOf(task)[thread]!, nextTile, thread);
}

/** Finds the neighbours of rows from the lists of all threads. */
export function refine({ task }: { task: SearchTask }): void {
  const { layout, queries, count, counter } = task;
  const rows = rowsOf(task);
  refineCandidates(
    layout,
    queries,
    listsOf(task),
    new NeighbourRows(rows, count, task.found),
    takeNumbers(counter, rows),
  );
}
