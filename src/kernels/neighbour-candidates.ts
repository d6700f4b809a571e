import {
  comparedPart,
  firstQuery,
  GROUP,
  type TableKernel,
  type TableLayout,
  TILE,
  TILE_BYTES,
  tableKernel,
} from './vector-table.js';

/** Float32 sums of squares are exact to 2e-5 and may vanish below this. */
const FLOAT_MARGIN = 1e-4;
const VANISHING = 1e-40;
/** Where float32 overflows, all that is known is that the square is beyond this. */
const OVERFLOWING = 3.3e38;

/**
 * Of every row the others with the smallest lower bounds of their distance, ascending, equal ones by index. In shared
 * memory. What is not in a full list has a bound of at least the last one in it.
 */
export class CandidateLists {
  readonly bound: Float64Array;
  readonly index: Int32Array;

  constructor(
    readonly rows: number,
    readonly most: number,
    readonly memory = new SharedArrayBuffer(rows * most * 12),
  ) {
    this.bound = new Float64Array(memory, 0, rows * most);
    this.index = new Int32Array(memory, rows * most * 8, rows * most);
  }

  static empty(rows: number, most: number): CandidateLists {
    const lists = new CandidateLists(rows, most);
    lists.bound.fill(Number.POSITIVE_INFINITY);
    lists.index.fill(-1);
    return lists;
  }

  /** Candidates with this bound or a larger one may be missing from the row's list; infinite if none is. */
  completeBelow(row: number): number {
    return this.bound[(row + 1) * this.most - 1]!;
  }

  offer(row: number, other: number, bound: number): void {
    const first = row * this.most;
    let slot = first + this.most - 1;
    if (!comesBefore(bound, other, this.bound[slot]!, this.index[slot]!)) return;
    while (slot > first && comesBefore(bound, other, this.bound[slot - 1]!, this.index[slot - 1]!)) {
      this.bound[slot] = this.bound[slot - 1]!;
      this.index[slot] = this.index[slot - 1]!;
      slot--;
    }
    this.bound[slot] = bound;
    this.index[slot] = other;
  }
}

const comesBefore = (bound: number, index: number, otherBound: number, otherIndex: number): boolean =>
  bound < otherBound || (bound === otherBound && index < otherIndex);

/** Tiles of pairs: of the rows with themselves, or of the queries with the rows. */
export function tileCount({ rows }: TableLayout, queries: number): number {
  const blocks = Math.ceil(rows / TILE);
  return queries > 0 ? Math.ceil(queries / TILE) * blocks : (blocks * (blocks + 1)) / 2;
}

/**
 * Computes lower bounds of the distances in tiles and offers them to the lists.
 *
 * @param queries 0: all pairs of rows, each offered to both; otherwise pairs of query and row, offered to the query
 * @param nextTile gives tiles below `tileCount`, each to one thread, in any order; undefined at the end
 * @param thread its place among those that work on the table at once
 */
export function collectCandidates(
  layout: TableLayout,
  queries: number,
  lists: CandidateLists,
  nextTile: () => number | undefined,
  thread: number,
): void {
  const { rows, at, memory } = layout;
  const blocks = Math.ceil(rows / TILE);
  const bounds = tileBounds(layout, tableKernel(layout), at.scratch + thread * TILE_BYTES);
  const values = new Float64Array(memory.buffer, at.scratch + thread * TILE_BYTES, TILE * TILE);
  for (let tile = nextTile(); tile !== undefined; tile = nextTile()) {
    const isQuery = queries > 0;
    const [i, j] = isQuery ? [Math.floor(tile / blocks), tile % blocks] : triangle(tile);
    const toBound = bounds(isQuery ? firstQuery(layout) + i * TILE : i * TILE, j * TILE);
    const end = Math.min((i + 1) * TILE, isQuery ? queries : rows);
    const otherEnd = Math.min((j + 1) * TILE, rows);
    for (let row = i * TILE; row < end; row++) {
      const offset = (row - i * TILE) * TILE - j * TILE;
      for (let other = j * TILE; other < otherEnd; other++) {
        const bound = toBound(values[offset + other]!);
        if (isQuery) {
          lists.offer(row, other, bound);
        } else if (other < row) {
          lists.offer(row, other, bound);
          lists.offer(other, row, bound);
        }
      }
    }
  }
}

/** Tile t of the lower triangle, row by row: 0 → (0, 0), 1 → (1, 0), 2 → (1, 1), ... */
function triangle(tile: number): [number, number] {
  let i = Math.floor((Math.sqrt(8 * tile + 1) - 1) / 2);
  // The root of a large number may be off by one.
  while (((i + 1) * (i + 2)) / 2 <= tile) i++;
  while ((i * (i + 1)) / 2 > tile) i--;
  return [i, tile - (i * (i + 1)) / 2];
}

/** A function that fills `scratch` for the tile of rows from a and b on, and gives what makes its values bounds. */
function tileBounds(layout: TableLayout, kernel: TableKernel, scratch: number) {
  const { at, stride, groupStride, element } = layout;
  const { length, groups, groupLength } = comparedPart(layout);
  return (a: number, b: number): ((value: number) => number) => {
    if (element === 'float32') {
      kernel.squaredEuclideanTile(at.data + a * stride, TILE, at.data + b * stride, TILE, stride, length, scratch);
      return boundOfFloats;
    }
    if (groups > 0) {
      const [rowsA, rowsB] = [at.groupData + a * groupStride, at.groupData + b * groupStride];
      const [sumsA, sumsB] = [at.groupSums + a * 8, at.groupSums + b * 8];
      kernel.manhattanTile(rowsA, TILE, sumsA, rowsB, TILE, sumsB, groupStride, groupLength, scratch);
    } else {
      const [rowsA, rowsB] = [at.data + a * stride, at.data + b * stride];
      const [sumsA, sumsB] = [at.sums + a * 8, at.sums + b * 8];
      kernel.manhattanTile(rowsA, TILE, sumsA, rowsB, TILE, sumsB, stride, length, scratch);
    }
    return boundOfIntegers(groups);
  };
}

export const boundOfFloats = (square: number): number => Math.min(square, OVERFLOWING) * (1 - FLOAT_MARGIN) - VANISHING;

/**
 * |Σa - Σb| over the 16 entries of a group is at most the sum of its |a - b|, and at least 16 times the difference of
 * the rounded-down means less 15.
 */
export const boundOfIntegers =
  (groups: number) =>
  (distance: number): number =>
    groups > 0 ? GROUP * distance - (GROUP - 1) * groups : distance;
