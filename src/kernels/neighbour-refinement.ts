import { boundOfFloats, boundOfIntegers, type CandidateLists } from './neighbour-candidates.js';
import { comparedPart, firstQuery, type TableKernel, type TableLayout, tableKernel } from './vector-table.js';

/** Neighbours of rows: `count` for each, nearest first, equally near ones by index. In shared memory. */
export class NeighbourRows {
  /** As measured: Manhattan in units of the entries, Euclidean squared. */
  readonly measured: Float64Array;
  readonly index: Int32Array;

  constructor(
    readonly rows: number,
    readonly count: number,
    readonly memory = new SharedArrayBuffer(rows * count * 12),
  ) {
    this.measured = new Float64Array(memory, 0, rows * count);
    this.index = new Int32Array(memory, rows * count * 8, rows * count);
  }
}

/**
 * Measures candidates exactly, those with the smallest bounds first, until no other can be among the nearest. Where the
 * lists end before that, bounds to all rows are computed again for the row at hand. The result is exact whatever the
 * lists hold.
 *
 * @param queries 0: neighbours of the rows, themselves first at distance 0; otherwise of the queries
 * @param lists of each thread that collected
 * @param nextRow gives rows below the number of rows (queries), each to one thread; undefined at the end
 */
export function refineCandidates(
  layout: TableLayout,
  queries: number,
  lists: readonly CandidateLists[],
  found: NeighbourRows,
  nextRow: () => number | undefined,
): void {
  const measure = rowDistances(layout, tableKernel(layout));
  const base = queries > 0 ? firstQuery(layout) : 0;
  const nearest = new NearestOfRow(found.count);
  for (let row = nextRow(); row !== undefined; row = nextRow()) {
    nearest.clear();
    // A row comes first among its own neighbours, whatever duplicates it has.
    if (queries === 0) nearest.insert(row, -1);
    const completeBelow = Math.min(...lists.map((list) => list.completeBelow(row)));
    for (const { index, bound } of candidatesOf(row, lists)) {
      if (bound > nearest.reach) break;
      nearest.insert(index, measure.exact(base + row, index));
    }
    if (nearest.reach >= completeBelow) {
      nearest.clear();
      if (queries === 0) nearest.insert(row, -1);
      for (let other = 0; other < layout.rows; other++) {
        if (queries === 0 && other === row) continue;
        if (measure.bound(base + row, other) <= nearest.reach) {
          nearest.insert(other, measure.exact(base + row, other));
        }
      }
    }
    nearest.copyTo(found, row);
  }
}

function candidatesOf(row: number, lists: readonly CandidateLists[]): { index: number; bound: number }[] {
  const all: { index: number; bound: number }[] = [];
  for (const list of lists) {
    for (let slot = row * list.most; slot < (row + 1) * list.most && list.index[slot]! >= 0; slot++) {
      all.push({ index: list.index[slot]!, bound: list.bound[slot]! });
    }
  }
  return lists.length === 1 ? all : all.sort((a, b) => a.bound - b.bound || a.index - b.index);
}

/** The nearest rows seen so far, by distance, then index. */
class NearestOfRow {
  readonly #distance: Float64Array;
  readonly #index: Int32Array;

  constructor(readonly count: number) {
    this.#distance = new Float64Array(count);
    this.#index = new Int32Array(count);
  }

  get reach(): number {
    return this.#distance[this.count - 1] ?? Number.NEGATIVE_INFINITY;
  }

  clear(): void {
    this.#distance.fill(Number.POSITIVE_INFINITY);
    this.#index.fill(-1);
  }

  insert(index: number, distance: number): void {
    let slot = this.count;
    while (slot > 0 && this.#isBehind(slot - 1, distance, index)) {
      if (slot < this.count) {
        this.#distance[slot] = this.#distance[slot - 1]!;
        this.#index[slot] = this.#index[slot - 1]!;
      }
      slot--;
    }
    if (slot === this.count) return;
    this.#distance[slot] = distance;
    this.#index[slot] = index;
  }

  copyTo(found: NeighbourRows, row: number): void {
    found.index.set(this.#index, row * this.count);
    for (const [slot, distance] of this.#distance.entries()) {
      found.measured[row * this.count + slot] = Math.max(0, distance);
    }
  }

  #isBehind(slot: number, distance: number, index: number): boolean {
    const own = this.#distance[slot]!;
    return own > distance || (own === distance && this.#index[slot]! > index) || this.#index[slot] === -1;
  }
}

/** Distances of single pairs: the bound that `collectCandidates` uses, and the exact one. */
function rowDistances(layout: TableLayout, kernel: TableKernel) {
  const { at, stride, groupStride, element, memory } = layout;
  const { length, groups, groupLength } = comparedPart(layout);
  const address = (row: number): number => at.data + row * stride;
  if (element === 'float32') {
    const exact = (a: number, b: number): number => {
      const square = kernel.squaredEuclideanPair(address(a), address(b), length);
      return Number.isFinite(square) ? square : kernel.squaredEuclideanPairWide(address(a), address(b), length);
    };
    return { exact, bound: (a: number, b: number) => boundOfFloats(exact(a, b)) };
  }
  const sums = new Float64Array(memory.buffer, at.sums);
  const groupSums = new Float64Array(memory.buffer, at.groupSums);
  const exact = (a: number, b: number): number =>
    kernel.manhattanPair(address(a), sums[a]!, address(b), sums[b]!, length);
  if (groups === 0) return { exact, bound: exact };
  const toBound = boundOfIntegers(groups);
  const group = (row: number): number => at.groupData + row * groupStride;
  const bound = (a: number, b: number): number =>
    toBound(kernel.manhattanPair(group(a), groupSums[a]!, group(b), groupSums[b]!, groupLength));
  return { exact, bound };
}
