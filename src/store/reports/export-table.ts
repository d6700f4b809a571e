import type { ActBenchTable, TableEntry } from '../../act-bench/table.js';
import { unpackCdf } from '../../domain/features/spectrum.js';
import type { RunDoc } from '../documents.js';
import type { Store } from '../store.js';
import type { FinishedTrial } from '../trials/trials.js';

export interface ExportOptions {
  /** Leave out functions with fewer runs. @defaultValue 1 */
  minRuns?: number;
}

export interface ExportedTable {
  table: ActBenchTable;
  /** Evaluated functions that are not in the table: too few runs, or none with a test accuracy. */
  leftOut: number;
}

/** Functions read at once. */
const PAGE = 500;
/** Names of one function that are listed. */
const MAX_NAMES = 10_000;

/** The evaluated functions of a study as a table, in the order of their names. Runs are in the order of their seeds. */
export async function exportTable(store: Store, study: string, options: ExportOptions = {}): Promise<ExportedTable> {
  const { metric, fisher: settings } = await store.studies.get(study);
  const trials = (await store.trials.finished(study)).sort((a, b) => ((a.fn ?? '') < (b.fn ?? '') ? -1 : 1));
  const table: ActBenchTable = new Map();
  for (let start = 0; start < trials.length; start += PAGE) {
    const page = trials.slice(start, start + PAGE);
    const hashes = page.map(({ hash }) => hash);
    const [runs, features] = await Promise.all([
      store.runs.ofMany(study, hashes),
      store.fisher.features(study, hashes),
    ]);
    for (const trial of page) {
      const own = (runs.get(trial.hash) ?? []).filter(
        ({ result }) => result.testAcc !== null && result.valAcc !== null,
      );
      if (trial.fn === null || own.length < Math.max(options.minRuns ?? 1, 1)) continue;
      const cdf = unpackCdf(features.get(trial.hash) ?? new Uint16Array());
      const entry = await entryOf(store, trial, own, cdf);
      // In such a study every result has a loss: what is not finite is that of a training that diverged.
      if (metric === 'valLoss') entry.valLoss ??= Number.NaN;
      table.set(trial.fn, cdf.length > 0 ? { ...entry, fisherSettings: settings } : entry);
    }
  }
  return { table, leftOut: trials.length - table.size };
}

async function entryOf(
  store: Store,
  trial: FinishedTrial,
  runs: readonly RunDoc[],
  fisherCdf: Float32Array,
): Promise<TableEntry> {
  const of = (key: keyof RunDoc['result']) => runs.flatMap(({ result }) => result[key] ?? []);
  const names = await store.functions.aliases(trial.hash, MAX_NAMES);
  return {
    trainAcc: median(of('trainAcc')),
    valAcc: median(of('valAcc'))!,
    trainLoss: lossOf(runs, 'trainLoss'),
    valLoss: lossOf(runs, 'valLoss'),
    testAcc: median(of('testAcc'))!,
    testLoss: lossOf(runs, 'testLoss'),
    runtime: median(of('runtime')),
    equivalents: names.filter((name) => name !== trial.fn),
    fisherCdf,
    ...(runs.length > 1 ? { seeds: { valAcc: of('valAcc'), testAcc: of('testAcc') } } : {}),
  };
}

/** The median, where a diverged run counts as an infinite loss. */
function lossOf(runs: readonly RunDoc[], key: 'trainLoss' | 'valLoss' | 'testLoss'): number | null {
  const value = median(runs.map(({ result }) => result[key] ?? Number.POSITIVE_INFINITY));
  return value !== null && Number.isFinite(value) ? value : null;
}

function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
