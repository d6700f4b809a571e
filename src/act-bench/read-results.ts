import { open } from 'node:fs/promises';
import { AquasurfError, errorLine } from '../errors.js';
import { type FunctionResults, resultsOfTable } from './function-results.js';
import { readOriginalDatabase } from './original-database.js';
import { readTable } from './read-table.js';
import { isSqlite } from './sqlite-table.js';

/**
 * Results of a file: a table in the format of Act-Bench, or a database of the original Python program. Its first bytes
 * say which.
 * @throws AquasurfError TABLE_INVALID naming the file and what was wrong
 */
export async function readResults(path: string): Promise<FunctionResults[]> {
  if (!isSqlite(await firstBytes(path))) return resultsOfTable(await readTable(path));
  try {
    return await readOriginalDatabase(path);
  } catch (error) {
    throw new AquasurfError('TABLE_INVALID', `${path} is not a database of the original: ${errorLine(error)}`, {
      cause: error,
    });
  }
}

async function firstBytes(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new AquasurfError('TABLE_INVALID', `${path} cannot be read: ${errorLine(error)}`, { cause: error });
  }
}
