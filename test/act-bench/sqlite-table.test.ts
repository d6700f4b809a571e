import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isSqlite, readSqliteTable } from '../../src/act-bench/sqlite-table.js';
import { packageDir } from '../../src/config.js';

/**
 * Written by Python's sqlite3 with pages of 512 bytes: row i of 200 (or 40) has an integer, i / 7, é times 5i where i
 * ends in 0 and i mod 7 otherwise, and where i is no multiple of 3 a blob 0, 1, ..., i - 1 (mod 256); rows whose integer is
 * 1030 to 1039 are deleted; then a column is added, and a last row.
 */
const golden = (name: string) => gunzipSync(readFileSync(join(packageDir, 'test/golden', name)));
const TABLE = 'odd, name';
const INTEGERS = [
  ...[0, 1, 2, -1, 127, -128, 255, 32767, -32768, 8388607, -8388608, 2147483647, -2147483648],
  ...[140737488355327, -140737488355328, 9007199254740993n, -9223372036854775808n],
];

describe('SQLite databases', () => {
  it.each([
    ['sqlite-utf8.db.gz', 200],
    ['sqlite-utf16.db.gz', 40],
  ])('are read: %s', (name, count) => {
    const rows = readSqliteTable(golden(name), TABLE);
    const expected = Array.from({ length: count }, (_, i) => ({
      'first one': INTEGERS[i] ?? 1000 + i,
      second: i / 7,
      third: 'é'.repeat(i % 10 === 0 ? i * 5 : i % 7),
      four: i % 3 === 0 ? null : Buffer.from(Array.from({ length: i % 256 }, (_, k) => k)),
      fifth: null,
    })).filter((row) => !(Number(row['first one']) >= 1030 && Number(row['first one']) <= 1039));
    const last = { 'first one': 5000, second: null, third: 'z', four: null, fifth: 'last' };
    expect(rows).toHaveLength(expected.length + 1);
    for (const [i, row] of [...expected, last].entries()) {
      // A whole number may be stored as an integer in a column of numbers.
      expect({ ...rows[i], second: rows[i]!.second === null ? null : Number(rows[i]!.second) }).toEqual(row);
    }
    expect(readSqliteTable(golden(name), 'other')).toEqual([]);
  });

  it('that are cut short, or none, or without the table, are refused', () => {
    const file = golden('sqlite-utf8.db.gz');
    expect(isSqlite(file)).toBe(true);
    expect(isSqlite(Buffer.from('{"relu(x)": 1}'))).toBe(false);
    expect(() => readSqliteTable(Buffer.from('{}'), TABLE)).toThrow(/no SQLite database/);
    expect(() => readSqliteTable(file.subarray(0, 4096), TABLE)).toThrow(/cut short/);
    expect(() => readSqliteTable(file, 'absent')).toThrow(/no table absent; there is other, odd, name/);
    const circle = Buffer.from(file);
    // The root of the table points at itself.
    const root = rootOf(file);
    circle.writeUInt32BE(root, (root - 1) * 512 + 8);
    expect(() => readSqliteTable(circle, TABLE)).toThrow(/circle/);
    expect(() => readSqliteTable(Buffer.concat([file.subarray(0, 100), Buffer.alloc(4000)]), TABLE)).toThrow();
  });
});

/** The third page: the first has the schema, the second the table before. */
function rootOf(file: Buffer): number {
  const roots = [3, 4].filter((page) => file[(page - 1) * 512] === 0x05);
  expect(roots).toHaveLength(1);
  return roots[0]!;
}
