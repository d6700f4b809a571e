import { createHash } from 'node:crypto';
import { formatExpression } from '../dist/domain/expression/expression.js';
import { parseSchema, schemaInstance, schemaSize } from '../dist/domain/expression/schema.js';
import { outputFeatures } from '../dist/domain/features/output-features.js';
import { STANDARD_OPERATORS } from '../dist/domain/operators/index.js';
import { SeededRandom } from '../dist/domain/random/seeded-random.js';

const SCHEMAS = ['binary(unary(x),unary(x))', 'unary(unary(unary(x)))'];
/** Bins of one layer's CDF. */
const BINS = 400;
const STEPS = 65_535;
/** Entries of the table of the logistic function for each unit of its argument, and its reach. */
const RESOLUTION = 64;
const REACH = 16;

/** Outputs of `count` different usable functions of the standard operators, drawn at random from the two schemas. */
export function outputsOfFunctions(count: number): Float32Array[] {
  const random = new SeededRandom('bench surrogate');
  const schemas = SCHEMAS.map((text) => parseSchema(text));
  const names = schemas.flatMap((schema) =>
    Array.from({ length: Number(schemaSize(schema, STANDARD_OPERATORS)) }, (_, i) => ({ schema, i })),
  );
  const seen = new Set<string>();
  const found: Float32Array[] = [];
  for (const { schema, i } of random.shuffle(names)) {
    if (found.length === count) break;
    const outputs = outputFeatures(formatExpression(schemaInstance(schema, STANDARD_OPERATORS, i)));
    if (!outputs.every(Number.isFinite) || outputs.every((y) => y === outputs[0])) continue;
    const digest = createHash('sha256')
      .update(outputs.map((y) => Number(y.toPrecision(5))))
      .digest('hex');
    if (!seen.has(digest)) found.push(outputs);
    seen.add(digest);
  }
  if (found.length < count) throw new Error(`the schemas have only ${found.length} different functions`);
  return found;
}

/**
 * A made-up Fisher vector of a function: for each layer the CDF of two groups of log eigenvalues, logistic in shape,
 * whose places, widths and shares depend on the mean, spread and slope of the function's outputs and on the layer.
 */
export function madeUpFeatures(outputs: Float32Array, columns: number, random: SeededRandom): Uint16Array {
  const mean = outputs.reduce((sum, y) => sum + Math.tanh(y), 0) / outputs.length;
  const size = outputs.reduce((sum, y) => sum + Math.log1p(Math.abs(y)), 0) / outputs.length;
  const roughness = outputs.reduce((sum, y, k) => sum + Math.abs(Math.tanh(y) - Math.tanh(outputs[k - 1] ?? y)), 0);
  const latent = [mean, Math.min(3, size), roughness / outputs.length, 0.1 * random.normal(), 0.1 * random.normal()];
  const [a, b, c, d, e] = latent as [number, number, number, number, number];
  const features = new Uint16Array(columns);
  for (let layer = 0; layer * BINS < columns; layer++) {
    const middle = 200 + 60 * (a + d) * Math.cos(layer) + 40 * (b - 1);
    const lower = middle - 60 - 40 * (c + e);
    const widths = [15 + 8 * b + (layer % 7), 6 + 10 * c];
    const share = Math.round(STEPS / (1 + Math.exp(-2 * a - e * Math.sin(layer))));
    const from = layer * BINS;
    for (let k = 0; k < BINS && from + k < columns; k++) {
      features[from + k] =
        share * logistic((k - middle) / widths[0]!) + (STEPS - share) * logistic((k - lower) / widths[1]!);
    }
  }
  return features;
}

const LOGISTIC = Float64Array.from(
  { length: 2 * REACH * RESOLUTION + 1 },
  (_, i) => 1 / (1 + Math.exp(REACH - i / RESOLUTION)),
);

const logistic = (x: number): number =>
  x <= -REACH ? 0 : x >= REACH ? 1 : LOGISTIC[Math.round((x + REACH) * RESOLUTION)]!;
