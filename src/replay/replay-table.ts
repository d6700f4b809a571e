import type { ActBenchTable, TableEntry } from '../act-bench/table.js';
import { BASELINES } from '../domain/baselines.js';
import { formatExpression, parseExpression } from '../domain/expression/expression.js';
import { ExpressionError } from '../domain/expression/expression-error.js';
import { canonicalHash } from '../domain/features/canonical-hash.js';
import { isUsable, outputFeatures } from '../domain/features/output-features.js';
import { type Judgement, judgement } from '../domain/replay/judge.js';
import { AquasurfError } from '../errors.js';

/** The functions of a table as a search sees them: rows in the order of their canonical hashes. */
export interface ReplayTable {
  names: string[];
  hashes: string[];
  baselines: number[];
  outputs: Float32Array[];
  /** Empty where a function has no Fisher features. */
  fisher: Float32Array[];
  /** Seconds of a training; 1 where the table does not say. */
  duration: Float64Array;
  /** Validation and test accuracy of each seed. */
  results: { validation: readonly number[]; test: readonly number[] }[];
  /** Seeds that every function has. */
  seeds: number;
  left: LeftOut;
}

/** What a table holds besides. */
export interface LeftOut {
  /** Names that cannot be read as functions. */
  unreadable: string[];
  /** Functions whose outputs are not all finite, or all equal: no search trains them. */
  unusable: number;
  /** Names of a function that stands there under another one. */
  duplicates: number;
}

/** Half of the functions, decided by their hashes, so that one can be developed on and the other reported on. */
type Half = 'first' | 'second';

interface Row {
  name: string;
  hash: string;
  outputs: Float32Array;
  entry: TableEntry;
}

/**
 * Computes the outputs of a table's functions from their names and merges what is equivalent; of several names of one
 * function the shortest stands for it, and its results count.
 * @throws AquasurfError TABLE_INVALID where no function is left
 */
export function replayTable(table: ActBenchTable, half?: Half): ReplayTable {
  const left: LeftOut = { unreadable: [], unusable: 0, duplicates: 0 };
  const rows = new Map<string, Row>();
  const baselines = new Set(BASELINES.map((name) => canonicalHash(outputFeatures(name))));
  for (const [text, entry] of table) {
    const row = readRow(text, entry, left);
    if (row === undefined) continue;
    if (half !== undefined && !baselines.has(row.hash) && row.hash[0]! < '8' !== (half === 'first')) continue;
    const known = rows.get(row.hash);
    if (known) left.duplicates += 1;
    if (!known || isSimpler(row.name, known.name)) rows.set(row.hash, row);
  }
  const all = [...rows.values()].sort((a, b) => (a.hash < b.hash ? -1 : 1));
  if (all.length === 0) throw new AquasurfError('TABLE_INVALID', 'no function of the table can be searched');
  const results = all.map(({ entry }) => ({
    validation: entry.seeds?.valAcc ?? [entry.valAcc],
    test: entry.seeds?.testAcc ?? [entry.testAcc],
  }));
  return {
    names: all.map(({ name }) => name),
    hashes: all.map(({ hash }) => hash),
    baselines: Array.from(all.keys()).filter((row) => baselines.has(all[row]!.hash)),
    outputs: all.map(({ outputs }) => outputs),
    fisher: all.map(({ entry }) => entry.fisherCdf),
    duration: Float64Array.from(all, ({ entry }) => entry.runtime || 1),
    results,
    seeds: results.reduce((least, { validation }) => Math.min(least, validation.length), Number.POSITIVE_INFINITY),
    left,
  };
}

function readRow(text: string, entry: TableEntry, left: LeftOut): Row | undefined {
  try {
    const expression = parseExpression(text);
    const outputs = outputFeatures(expression);
    if (isUsable(outputs)) {
      return { name: formatExpression(expression), hash: canonicalHash(outputs), outputs, entry };
    }
    left.unusable += 1;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    left.unreadable.push(text);
  }
  return undefined;
}

const isSimpler = (a: string, b: string): boolean => a.length < b.length || (a.length === b.length && a < b);

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** How `judge` judges a table, in words. */
export function judgedBy({ seeds }: ReplayTable, retrained = false): string {
  if (retrained) return 'mean validation accuracy of the seeds that the searcher neither sees nor trains again';
  return seeds > 1
    ? 'mean validation accuracy of the seeds that the searcher does not see'
    : 'test accuracy of the training that the searcher sees: the table has one seed';
}

/**
 * The judgement on a search that sees one seed, 0 to `seeds` - 1.
 * @param retrained the search trains functions again: the next seed shows what that gives, and judges nothing
 * @throws AquasurfError USAGE where too few seeds are left
 */
export function judge(table: ReplayTable, seed: number, retrained = false): Judgement {
  if (retrained && table.seeds < 3) {
    throw new AquasurfError(
      'USAGE',
      `--retrain-best needs a table with 3 seeds of every function: one is seen, one trained again, the rest judge; ` +
        `this one has ${table.seeds}`,
    );
  }
  const next = retrained ? (seed + 1) % table.seeds : undefined;
  const others = (values: readonly number[]) => values.filter((_, i) => i !== seed && i !== next);
  const several = table.seeds > 1;
  const of = (value: (row: ReplayTable['results'][number]) => number) => Float64Array.from(table.results, value);
  return judgement(
    {
      seen: of(({ validation }) => validation[seed]!),
      again: next === undefined ? undefined : of(({ validation }) => validation[next]!),
      judged: of(({ validation, test }) => (several ? mean(others(validation)) : test[seed]!)),
      test: of(({ test }) => (several ? mean(others(test)) : test[seed]!)),
    },
    new Set(table.baselines),
  );
}
