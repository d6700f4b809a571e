import { readFile, stat } from 'node:fs/promises';
import type { FunctionResults } from './function-results.js';
import { readSqliteTable, type SqliteRow } from './sqlite-table.js';

const TABLE = 'activation_functions';

/**
 * What a database of the original Python program holds. A function may stand in it several times, evaluated in one
 * place and not in another; outputs are computed anew, so those that it has are not read.
 * @throws Error for a file that is no such database
 */
export async function readOriginalDatabase(path: string): Promise<FunctionResults[]> {
  const journal = await stat(`${path}-wal`).catch(() => undefined);
  if (journal && journal.size > 0) {
    throw new Error(
      `${path}-wal has changes that are not in it yet: end the program that uses it, or open it with sqlite3`,
    );
  }
  return readSqliteTable(await readFile(path), TABLE).map(functionResults);
}

function functionResults(row: SqliteRow): FunctionResults {
  const fn = row.fn_name;
  if (typeof fn !== 'string') throw new Error(`a row of ${TABLE} has no fn_name`);
  const figure = (column: string) => finite(row[column]);
  const valAcc = figure('val_acc');
  const result = {
    trainAcc: figure('train_acc'),
    trainLoss: figure('train_loss'),
    // SQLite has no NaN: what a training that diverged gave stands there as NULL.
    valLoss: row.val_loss === null ? Number.NaN : figure('val_loss'),
    testAcc: figure('test_acc'),
    testLoss: figure('test_loss'),
    runtime: figure('runtime'),
  };
  return {
    fn,
    equivalents: [],
    results: row.status === 'done' && valAcc !== null ? [{ ...result, valAcc }] : [],
    fisherCdf: parseEigenvalues(fn, row.fisher_eigs ?? null),
  };
}

const finite = (value: unknown): number | null => {
  const number = typeof value === 'bigint' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
};

/** The text of a Python list: empty where the calculation failed; with one value that is not finite it failed too. */
function parseEigenvalues(fn: string, text: unknown): Float32Array | null {
  if (text === null) return null;
  const list = typeof text === 'string' ? /^\s*\[([^\]]*)\]\s*$/.exec(text)?.[1]?.trim() : undefined;
  if (list === undefined) throw new Error(`function ${fn}: fisher_eigs is not a list of numbers`);
  if (list === '' || /nan|inf/i.test(list)) return new Float32Array(0);
  const values = Float32Array.from(list.split(','), Number);
  const wrong = values.find((value) => !(value >= 0 && value <= 1 + 1e-6));
  if (wrong === undefined) return values;
  throw new Error(`function ${fn}: fisher_eigs has ${wrong}; expected numbers from 0 to 1`);
}
