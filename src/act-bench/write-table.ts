import { constants, createGzip } from 'node:zlib';
import { writeOut } from '../out/write-out.js';
import type { ActBenchTable, TableEntry } from './table.js';
import { formatEntry } from './table-entry.js';

interface WriteTableOptions {
  /**
   * Significant digits of the CDFs, at most 7. Five keep the 16 bits that a study's features have.
   * @defaultValue 5
   */
  digits?: number;
}

/**
 * Writes a table in the format of Act-Bench, one function a line in the order of the table, gzipped where the path ends
 * in `.gz`. The file is there only when it is complete.
 * @throws AquasurfError FAILED where it cannot be written
 */
export async function writeTable(path: string, table: ActBenchTable, options: WriteTableOptions = {}): Promise<void> {
  const { digits = 5 } = options;
  const gzip = path.endsWith('.gz') ? [createGzip({ level: constants.Z_BEST_COMPRESSION })] : [];
  await writeOut(path, lines(table, digits), ...gzip);
}

function* lines(table: ReadonlyMap<string, TableEntry>, digits: number): Generator<string> {
  let before = '{\n';
  for (const [name, entry] of table) {
    yield `${before}${JSON.stringify(name)}: ${JSON.stringify(formatEntry(entry, digits))}`;
    before = ',\n';
  }
  yield table.size === 0 ? '{}\n' : '\n}\n';
}
