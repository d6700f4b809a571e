/** Points of some space, one after another in one flat array: what regressors read fastest. */
export interface Points {
  readonly count: number;
  readonly dimensions: number;
  /** Point i is `coordinates[i * dimensions]` and what follows; NaN for a function without a place. */
  readonly coordinates: Float32Array | Float64Array;
}

/** @param rows of one length each; the dimensions of no rows are 2 */
export function pointsOf(rows: ReadonlyArray<ArrayLike<number>>): Points {
  const dimensions = rows[0]?.length ?? 2;
  const coordinates = new Float64Array(rows.length * dimensions);
  for (const [i, row] of rows.entries()) coordinates.set(Array.from(row), i * dimensions);
  return { count: rows.length, dimensions, coordinates };
}

/** The points of the given rows, in that order. */
export function selectPoints({ dimensions, coordinates }: Points, rows: ArrayLike<number>): Points {
  const selected = new Float64Array(rows.length * dimensions);
  for (let i = 0; i < rows.length; i++) {
    const from = rows[i]! * dimensions;
    for (let d = 0; d < dimensions; d++) selected[i * dimensions + d] = coordinates[from + d]!;
  }
  return { count: rows.length, dimensions, coordinates: selected };
}

/** The points of both, one after another; of no points the dimensions do not count. */
export function joinPoints(a: Points, b: Points): Points {
  const { dimensions } = a.count > 0 ? a : b;
  const coordinates = new Float64Array((a.count + b.count) * dimensions);
  if (a.count > 0) coordinates.set(a.coordinates);
  if (b.count > 0) coordinates.set(b.coordinates, a.count * dimensions);
  return { count: a.count + b.count, dimensions, coordinates };
}

/** Point i as an array of its own. */
export function pointAt({ dimensions, coordinates }: Points, i: number): number[] {
  return Array.from(coordinates.subarray(i * dimensions, (i + 1) * dimensions));
}

export function hasPlace({ dimensions, coordinates }: Points, i: number): boolean {
  return !Number.isNaN(coordinates[i * dimensions]!);
}
