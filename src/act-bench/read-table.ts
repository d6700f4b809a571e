import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { AquasurfError, errorLine } from '../errors.js';
import { jsonMembers } from './json-members.js';
import type { ActBenchTable } from './table.js';
import { parseEntry } from './table-entry.js';

/** Python writes these although JSON has no such words; a number that is too large for JavaScript reads as infinite. */
const NOT_FINITE = /([:,[]\s*)(?:NaN|-?Infinity)(?=\s*[,\]}])/g;
const KEY = /^\s*("(?:[^"\\]|\\.)*")\s*:/;

/**
 * Reads a table in the format of Act-Bench, gzipped or not (its first bytes say which), of any size: a JSON object whose
 * keys are functions. Whether they are expressions that we know is left to who uses them.
 * @throws AquasurfError TABLE_INVALID naming the file, the function, and what was wrong
 */
export async function readTable(path: string): Promise<ActBenchTable> {
  const table: ActBenchTable = new Map();
  const lengths = new CdfLengths();
  let last = '';
  try {
    await withBytes(path, async (bytes) => {
      for await (const { text } of jsonMembers(bytes)) {
        const { name, value } = parseMember(text);
        last = name;
        try {
          if (table.has(name)) throw new Error('it stands there twice');
          const entry = parseEntry(value);
          lengths.check(name, entry.fisherCdf.length);
          table.set(name, entry);
        } catch (error) {
          throw new Error(`function ${name}: ${errorLine(error)}`, { cause: error });
        }
      }
    });
  } catch (error) {
    const after = error instanceof SyntaxError && last !== '' ? ` (after function ${last})` : '';
    throw new AquasurfError('TABLE_INVALID', `${path} is not a table of results: ${errorLine(error)}${after}`, {
      cause: error,
    });
  }
  return table;
}

function parseMember(text: string): { name: string; value: unknown } {
  const key = KEY.exec(text);
  if (!key) throw new SyntaxError(`expected "function": {...}, found ${JSON.stringify(text.trim().slice(0, 40))}`);
  const name = JSON.parse(key[1]!) as string;
  const body = text.slice(key[0].length);
  try {
    return { name, value: JSON.parse(body) };
  } catch {
    try {
      return { name, value: JSON.parse(body.replace(NOT_FINITE, '$11e999')) };
    } catch (error) {
      throw new Error(`function ${name}: ${errorLine(error)}`, { cause: error });
    }
  }
}

/** Features of different lengths come from different networks: distances between them mean nothing. */
class CdfLengths {
  #first: { name: string; length: number } | undefined;

  check(name: string, length: number): void {
    if (length === 0) return;
    this.#first ??= { name, length };
    if (length === this.#first.length) return;
    throw new Error(`its CDF has ${length} values, that of ${this.#first.name} ${this.#first.length}`);
  }
}

/** The file's bytes, unpacked where they are packed. */
async function withBytes(path: string, use: (bytes: AsyncIterable<Buffer>) => Promise<void>): Promise<void> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    const raw: Readable = file.createReadStream({ start: 0, autoClose: false, highWaterMark: 1 << 20 });
    const gzipped = bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
    if (gzipped) await pipeline(raw, createGunzip({ chunkSize: 1 << 20 }), use);
    else await pipeline(raw, use);
  } finally {
    await file.close();
  }
}
