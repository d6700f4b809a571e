import { dot } from '../dot.js';
import { SeededRandom } from '../random/seeded-random.js';
import { orient } from './orientation.js';
import type { Points } from './points.js';

/** Principal components of each view. */
const COMPONENTS = 10;
/** Rows that the directions are found on: evenly spread ones where there are more. */
const LANDMARKS = 500;
/** Weight of the Fisher features beside the outputs (docs/benchmark.md). */
const FISHER_WEIGHT = 0.5;
/** Columns of Fisher features that are looked at: neighbouring values of a CDF hardly differ. */
const COLUMNS = 2048;
/** Of orthogonal iteration: directions need not be exact, only the same each time. */
const ITERATIONS = 12;

export interface FeatureViews {
  /** Output features, finite: float32[1000] each. */
  readonly outputs: readonly Float32Array[];
  /** Fisher features, finite. */
  readonly fisher: readonly Float32Array[];
}

/**
 * Functions as points that keep what their features say, for regressors that look at distances: the first 10 principal
 * components of the outputs, as arcsinh y so that those that grow do not decide alone and turned so that mirror images
 * are one place (`orient`), and the first 10 of the Fisher features; each view divided by the root of its total variance,
 * the Fisher features by twice that. Unlike the embedding, it has no chance in it. Of long Fisher features 2,048 evenly
 * spread columns count. Element i of both views is row i; n×20.
 */
export function featureComponents({ outputs, fisher }: FeatureViews): Points {
  if (outputs.length !== fisher.length) {
    throw new RangeError(`${outputs.length} functions with output features but ${fisher.length} with Fisher features`);
  }
  const parts = [
    principalComponents(outputs.map((row) => orient(Float64Array.from(row, Math.asinh)))),
    principalComponents(fisher.map((row) => Float64Array.from(evenColumns(row)))),
  ];
  const weights = [1, FISHER_WEIGHT];
  const dimensions = parts.reduce((sum, part) => sum + part.dimensions, 0);
  const coordinates = new Float64Array(outputs.length * dimensions);
  let offset = 0;
  for (const [view, part] of parts.entries()) {
    const scale = weights[view]! / (Math.sqrt(totalVariance(part)) || 1);
    for (let row = 0; row < part.count; row++) {
      for (let d = 0; d < part.dimensions; d++) {
        coordinates[row * dimensions + offset + d] = scale * part.coordinates[row * part.dimensions + d]!;
      }
    }
    offset += part.dimensions;
  }
  return { count: outputs.length, dimensions, coordinates };
}

/** The vector itself, or so many of its values, evenly spread. */
export function evenColumns(vector: Float32Array, most = COLUMNS): Float32Array {
  if (vector.length <= most) return vector;
  const step = vector.length / most;
  return Float32Array.from({ length: most }, (_, k) => vector[Math.floor((k + 1) * step) - 1]!);
}

/**
 * Scores on the first principal components, by orthogonal iteration on landmarks (Golub & Van Loan 2013, section 8.2.4).
 * Fewer than 10 where rows or columns are fewer.
 */
export function principalComponents(rows: readonly Float64Array[], count = COMPONENTS): Points {
  const length = rows[0]?.length ?? 0;
  const dimensions = Math.min(count, length, rows.length);
  const center = new Float64Array(length);
  for (const row of rows) for (let k = 0; k < length; k++) center[k]! += row[k]! / rows.length;
  const centered = rows.map((row) => row.map((value, k) => value - center[k]!));
  const step = Math.max(1, rows.length / LANDMARKS);
  const landmarks = Array.from({ length: Math.min(rows.length, LANDMARKS) }, (_, i) => centered[Math.floor(i * step)]!);

  const random = new SeededRandom('principal components');
  let directions: Float64Array[] = Array.from({ length: dimensions }, () =>
    Float64Array.from({ length }, () => random.normal()),
  );
  for (let i = 0; i < ITERATIONS; i++) directions = orthonormal(directions.map((v) => covarianceTimes(landmarks, v)));

  const coordinates = new Float64Array(rows.length * dimensions);
  centered.forEach((row, i) => {
    directions.forEach((direction, d) => {
      coordinates[i * dimensions + d] = dot(row, direction);
    });
  });
  return { count: rows.length, dimensions, coordinates };
}

/** XᵀX·v */
function covarianceTimes(rows: readonly Float64Array[], v: Float64Array): Float64Array {
  const result = new Float64Array(v.length);
  for (const row of rows) {
    const score = dot(row, v);
    for (let k = 0; k < v.length; k++) result[k]! += score * row[k]!;
  }
  return result;
}

/** Gram-Schmidt; a vector in the span of those before it becomes 0. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = vector.slice();
    const before = Math.sqrt(dot(vector, vector));
    for (const other of basis) {
      const share = dot(rest, other);
      for (let k = 0; k < rest.length; k++) rest[k]! -= share * other[k]!;
    }
    const length = Math.sqrt(dot(rest, rest));
    basis.push(length > 1e-10 * before ? rest.map((value) => value / length) : rest.fill(0));
  }
  return basis;
}

function totalVariance({ count, coordinates }: Points): number {
  // Scores of centred rows have mean 0.
  let sum = 0;
  for (const value of coordinates) sum += value * value;
  return sum / count;
}
