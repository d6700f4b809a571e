import { z } from 'zod';
import type { FisherSettings } from '../store/documents.js';
import {
  CDF_KEY,
  DIVERGED_KEY,
  EQUIVALENTS_KEY,
  FIGURE_KEYS,
  SEEDS_KEY,
  SETTINGS_KEY,
  type TableEntry,
} from './table.js';

const accuracy = z
  .number()
  .min(0, 'expected a fraction from 0 to 1')
  .max(1, 'expected a fraction from 0 to 1, not a percentage');
const accuracies = z.array(accuracy).min(1, 'expected the result of one seed at least');
/** What is not finite is not known, but for a loss, which is that of a training that diverged. */
const finite = (schema: z.ZodType<number>) =>
  z.preprocess((value) => (value === Number.POSITIVE_INFINITY ? null : value), schema.nullable());
const figure = finite(z.number());
const validationLoss = z.preprocess(
  (value) => (value === Number.POSITIVE_INFINITY ? Number.NaN : value),
  z.union([z.number(), z.nan()]).nullable(),
);
const fisherSettings = z.object({
  seed: z.int(),
  batchSize: z.int().positive(),
  floor: z.number().nonnegative(),
  bins: z.int().min(2).optional(),
  uploaded: z.array(z.int().positive()).optional(),
  compat: z.literal('aquasurf').optional(),
});
/** CDFs end at 1, but for the last digits. */
const LARGEST = 1 + 1e-6;

/** Keys that are not known are left alone: tables of others may have more. */
const entrySchema = z.object({
  [FIGURE_KEYS.trainAcc]: finite(accuracy),
  [FIGURE_KEYS.valAcc]: accuracy,
  [FIGURE_KEYS.trainLoss]: figure,
  [FIGURE_KEYS.valLoss]: validationLoss,
  [FIGURE_KEYS.testAcc]: accuracy,
  [FIGURE_KEYS.testLoss]: figure,
  [FIGURE_KEYS.runtime]: finite(z.number().nonnegative()),
  [EQUIVALENTS_KEY]: z.array(z.string()),
  // Long: looked at by hand below, which is faster by far.
  [CDF_KEY]: z.custom<unknown[]>(Array.isArray, 'expected a list of numbers'),
  [SEEDS_KEY]: z
    .object({ [FIGURE_KEYS.valAcc]: accuracies, [FIGURE_KEYS.testAcc]: accuracies })
    .refine(
      (seeds) => seeds[FIGURE_KEYS.valAcc].length === seeds[FIGURE_KEYS.testAcc].length,
      'expected as many test as validation accuracies',
    )
    .optional(),
  [SETTINGS_KEY]: fisherSettings.optional(),
  [DIVERGED_KEY]: z.boolean().optional(),
});

/**
 * What a file says about one function.
 * @throws Error whose message names the key and what was wrong
 */
export function parseEntry(value: unknown): TableEntry {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new Error(`${issue.path.length > 0 ? `"${issue.path.join('", "')}"` : 'its value'}: ${issue.message}`);
  }
  const entry = parsed.data;
  const seeds = entry[SEEDS_KEY];
  return {
    trainAcc: entry[FIGURE_KEYS.trainAcc],
    valAcc: entry[FIGURE_KEYS.valAcc],
    trainLoss: entry[FIGURE_KEYS.trainLoss],
    valLoss: entry[DIVERGED_KEY] ? Number.NaN : entry[FIGURE_KEYS.valLoss],
    testAcc: entry[FIGURE_KEYS.testAcc],
    testLoss: entry[FIGURE_KEYS.testLoss],
    runtime: entry[FIGURE_KEYS.runtime],
    equivalents: entry[EQUIVALENTS_KEY],
    fisherCdf: parseCdf(entry[CDF_KEY]),
    ...(seeds ? { seeds: { valAcc: seeds[FIGURE_KEYS.valAcc], testAcc: seeds[FIGURE_KEYS.testAcc] } } : {}),
    ...(entry[SETTINGS_KEY] ? { fisherSettings: entry[SETTINGS_KEY] as FisherSettings } : {}),
  };
}

/** Features of which one is not finite are undefined as a whole, as in the original program. */
function parseCdf(values: readonly unknown[]): Float32Array {
  if (values.includes(null) || values.includes(Number.POSITIVE_INFINITY)) return new Float32Array(0);
  const wrong = values.findIndex((value) => typeof value !== 'number' || !(value >= 0 && value <= LARGEST));
  if (wrong < 0) return Float32Array.from(values as number[]);
  throw new Error(`"${CDF_KEY}": value ${wrong} is ${JSON.stringify(values[wrong])}; expected numbers from 0 to 1`);
}

/** The object that a file has for a function. @param digits significant ones of the CDF, at most 7 */
export function formatEntry(entry: TableEntry, digits: number): Record<string, unknown> {
  const { seeds, fisherCdf, fisherSettings: settings } = entry;
  return {
    [FIGURE_KEYS.trainAcc]: rounded(entry.trainAcc),
    [FIGURE_KEYS.valAcc]: rounded(entry.valAcc),
    [FIGURE_KEYS.trainLoss]: rounded(entry.trainLoss),
    [FIGURE_KEYS.valLoss]: rounded(entry.valLoss),
    [FIGURE_KEYS.testAcc]: rounded(entry.testAcc),
    [FIGURE_KEYS.testLoss]: rounded(entry.testLoss),
    [EQUIVALENTS_KEY]: entry.equivalents,
    [CDF_KEY]: Array.from(fisherCdf, (value) => Number(value.toPrecision(digits))),
    [FIGURE_KEYS.runtime]: entry.runtime === null ? null : Number(entry.runtime.toFixed(3)),
    ...(seeds
      ? {
          [SEEDS_KEY]: {
            [FIGURE_KEYS.valAcc]: seeds.valAcc.map(rounded),
            [FIGURE_KEYS.testAcc]: seeds.testAcc.map(rounded),
          },
        }
      : {}),
    ...(settings ? { [SETTINGS_KEY]: settings } : {}),
    ...(Number.isNaN(entry.valLoss) ? { [DIVERGED_KEY]: true } : {}),
  };
}

/** Means of float32 sums: what lies beyond the seventh digit is noise. */
const rounded = (value: number | null): number | null =>
  value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(7));
