import { writeFile } from 'node:fs/promises';
import { unwritable } from '../errors.js';

/**
 * Writes what `--out` asks for.
 * @throws AquasurfError FAILED where the file cannot be written
 */
export async function writeOut(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    throw unwritable(file, error);
  }
}
