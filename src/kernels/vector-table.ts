import { compileKernel, instantiateKernel, type KernelFunction, pagesFor } from './wasm-kernel.js';

/** uint16 vectors are compared by Manhattan distance, float32 vectors by Euclidean distance. */
export type TableVector = Uint16Array | Float32Array;

/** What a thread needs to work on a table: clonable, the memory being shared. Addresses and strides are in bytes. */
export interface TableLayout {
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly element: 'uint16' | 'float32';
  /** Rows with vectors, and rows beyond them for vectors that are only compared with those. */
  readonly rows: number;
  readonly queries: number;
  /** Entries of a vector as written. */
  readonly columns: number;
  readonly stride: number;
  /** Of uint16 vectors: entries summed in groups of 16 for a lower bound of the distance; 0 groups without. */
  readonly groups: number;
  readonly groupStride: number;
  readonly at: {
    readonly data: number;
    readonly sums: number;
    readonly groupData: number;
    readonly groupSums: number;
    /** Places of the kept columns, their number, and the first row as it was written. */
    readonly places: number;
    readonly header: number;
    readonly first: number;
    readonly flags: number;
    readonly scratch: number;
  };
}

export type TableKernel = Record<
  | 'manhattanTile'
  | 'squaredEuclideanTile'
  | 'manhattanPair'
  | 'squaredEuclideanPair'
  | 'squaredEuclideanPairWide'
  | 'markDifferent'
  | 'keepIntegers'
  | 'keepFloats'
  | 'prepareIntegers'
  | 'groupIntegers',
  KernelFunction
>;

export const tableKernel = ({ module, memory }: TableLayout): TableKernel => instantiateKernel(module, memory);

/** Rows of a tile of distances: two tiles' rows stay in the second cache. */
export const TILE = 64;
export const TILE_BYTES = TILE * TILE * 8;
export const MOST_THREADS = 16;
export const GROUP = 16;
/** Vectors shorter than this are compared at once. */
const LEAST_GROUPED = 256;
/** What wasm can address, less what is not rows. */
const MOST_BYTES = 3.75 * 2 ** 30;
const upTo = (multiple: number, value: number): number => Math.ceil(value / multiple) * multiple;

/**
 * Vectors of one length in memory that threads share, one copy, as the kernel of distances wants them.
 *
 * Columns that are the same in all rows are dropped: they add nothing to any distance, and many entries of Fisher
 * features (CDFs that are still 0 or already 1) are.
 */
export class VectorTable {
  readonly layout: TableLayout;
  readonly #kernel: TableKernel;

  /**
   * @param shape.columns entries of a vector
   * @param shape.queries rows for vectors that are compared with the others and not among themselves. @defaultValue 0
   * @throws RangeError for more than 3.75 GB
   */
  constructor(shape: { rows: number; columns: number; element: 'uint16' | 'float32'; queries?: number }) {
    const { rows, columns, element, queries = 0 } = shape;
    const width = element === 'uint16' ? 2 : 4;
    const stride = upTo(16, columns * width);
    const groups = element === 'uint16' && columns >= LEAST_GROUPED ? Math.ceil(columns / GROUP) : 0;
    const groupStride = upTo(16, groups * 2);
    // Tiles are whole, so that the last of them reaches beyond the rows.
    const allRows = upTo(TILE, rows) + upTo(TILE, queries);
    const sizes = {
      header: 64,
      scratch: MOST_THREADS * TILE_BYTES,
      sums: allRows * 8,
      groupSums: allRows * 8,
      places: columns * 4,
      first: stride,
      flags: stride,
      groupData: allRows * groupStride,
      data: allRows * stride,
    };
    let bytes = 64;
    const at = {} as Record<keyof typeof sizes, number>;
    for (const [part, size] of Object.entries(sizes) as [keyof typeof sizes, number][]) {
      at[part] = bytes;
      bytes += upTo(64, size);
    }
    if (bytes > MOST_BYTES) {
      throw new RangeError(`${rows} vectors of ${columns} entries need ${bytes} bytes, more than can be addressed`);
    }
    const pages = pagesFor(bytes);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: 65_536, shared: true });
    const module = compileKernel('vector-distances');
    this.layout = { memory, module, element, rows, queries, columns, stride, groups, groupStride, at };
    this.#kernel = tableKernel(this.layout);
  }

  get bytes(): number {
    return this.layout.memory.buffer.byteLength;
  }

  /** Stores a row, as long as it has not been prepared. @throws RangeError for a wrong length or an entry not finite */
  write(row: number, vector: TableVector): void {
    const { columns, stride, at, memory, element } = this.layout;
    if (vector.length !== columns) {
      throw new RangeError(`vector ${row} has ${vector.length} entries, the others have ${columns}`);
    }
    if (element === 'float32') {
      const bad = vector.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) throw new RangeError(`entry ${bad} of vector ${row} is ${vector[bad]}`);
    }
    const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
    new Uint8Array(memory.buffer, at.data + row * stride, stride).set(bytes);
  }

  /** Drops constant columns and computes what the kernel wants to know of each row. Call once, when all are written. */
  prepare(): void {
    const { rows, columns, stride, at, memory, element } = this.layout;
    const width = element === 'uint16' ? 2 : 4;
    for (let row = 0; row < rows; row++) {
      this.#kernel.markDifferent(at.data + row * stride, at.data, at.flags, stride);
    }
    new Uint8Array(memory.buffer).copyWithin(at.first, at.data, at.data + stride);
    const flags = new (width === 2 ? Uint16Array : Uint32Array)(memory.buffer, at.flags, columns);
    const places = new Uint32Array(memory.buffer, at.places, columns);
    let kept = 0;
    for (let k = 0; k < columns; k++) if (flags[k] !== 0) places[kept++] = k;
    new Uint32Array(memory.buffer, at.header, 1)[0] = kept;
    this.#prepareRows(0, rows);
  }

  /**
   * Stores vectors in the rows for queries, prepared as the others are.
   * @returns what each is away from all other rows in the columns that were dropped
   */
  writeQueries(vectors: readonly TableVector[]): Float64Array {
    const { queries } = this.layout;
    if (vectors.length > queries) throw new RangeError(`${vectors.length} queries, room for ${queries}`);
    const first = upTo(TILE, this.layout.rows);
    for (const [i, vector] of vectors.entries()) this.write(first + i, vector);
    const beyond = Float64Array.from(vectors, (vector) => this.#distanceInDropped(vector));
    this.#prepareRows(first, first + vectors.length);
    return beyond;
  }

  /** Manhattan distance, or squared Euclidean, to the rows in the dropped columns: the same for all of them. */
  #distanceInDropped(vector: TableVector): number {
    const { memory, at, columns, element } = this.layout;
    const isInteger = element === 'uint16';
    const first = new (isInteger ? Uint16Array : Float32Array)(memory.buffer, at.first, columns);
    const flags = new (isInteger ? Uint16Array : Uint32Array)(memory.buffer, at.flags, columns);
    let sum = 0;
    for (let k = 0; k < columns; k++) {
      if (flags[k] !== 0) continue;
      const difference = vector[k]! - first[k]!;
      sum += isInteger ? Math.abs(difference) : difference * difference;
    }
    return sum;
  }

  #prepareRows(from: number, to: number): void {
    const { columns, stride, at, memory, element, groupStride } = this.layout;
    const kernel = this.#kernel;
    const { kept, length, groups } = comparedPart(this.layout);
    const sums = new Float64Array(memory.buffer, at.sums);
    const groupSums = new Float64Array(memory.buffer, at.groupSums);
    const keep = element === 'uint16' ? kernel.keepIntegers : kernel.keepFloats;
    for (let row = from; row < to; row++) {
      const address = at.data + row * stride;
      if (kept < columns) keep(address, at.places, kept, stride);
      if (element !== 'uint16') continue;
      sums[row] = kernel.prepareIntegers(address, length);
      const groupAddress = at.groupData + row * groupStride;
      if (groups > 0) groupSums[row] = kernel.groupIntegers(address, length, groupAddress, groups);
    }
  }
}

/** Of a prepared table: columns kept, bytes of a row that are compared, groups that they make and their bytes. */
export function comparedPart(layout: TableLayout) {
  const { element, at, memory, groups: allGroups } = layout;
  const kept = new Uint32Array(memory.buffer, at.header, 1)[0]!;
  const length = upTo(16, kept * (element === 'uint16' ? 2 : 4));
  const groups = allGroups > 0 ? Math.ceil(length / 2 / GROUP) : 0;
  return { kept, length, groups, groupLength: upTo(16, groups * 2) };
}

/** The row at which a table's queries begin. */
export const firstQuery = ({ rows }: TableLayout): number => upTo(TILE, rows);
