/**
 * Rows of one table of a SQLite database, read from the file as its format is documented
 * (sqlite.org/fileformat2.html, sections 1.3 to 2.6): all that an import needs, without a native library.
 */
type SqliteValue = number | bigint | string | Buffer | null;
export type SqliteRow = Record<string, SqliteValue>;

const MAGIC = 'SQLite format 3\0';
const INTERIOR = 0x05;
const LEAF = 0x0d;
/** Bytes of serial types 0 to 9 (section 2.1). */
const FIXED_SIZES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0];

/** Whether these are the first bytes of a SQLite database. */
export const isSqlite = (bytes: Uint8Array): boolean => Buffer.from(bytes).toString('latin1').startsWith(MAGIC);

/**
 * @returns the rows by column name, in the order of their row ids
 * @throws Error for what is no such database, for one that is not checkpointed, and for a table that it lacks
 */
export function readSqliteTable(file: Buffer, name: string): SqliteRow[] {
  const database = new Database(file);
  const schema = [...database.rows(1)];
  const entry = schema.find(([type, own]) => type === 'table' && own === name);
  if (!entry) {
    const tables = schema.filter(([type]) => type === 'table').map(([, own]) => String(own));
    throw new Error(`it has no table ${name}; there ${tables.length === 0 ? 'are none' : `is ${tables.join(', ')}`}`);
  }
  const columns = columnsOf(String(entry[4]));
  return [...database.rows(Number(entry[3]))].map((values) =>
    // Rows from before a column was added are shorter.
    Object.fromEntries(columns.map((column, i) => [column, values[i] ?? null])),
  );
}

/** Names of the columns in a CREATE TABLE statement. */
function columnsOf(sql: string): string[] {
  const body = sql.slice(sql.indexOf('(') + 1, sql.lastIndexOf(')'));
  const parts = body.match(/(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|\((?:[^()]|\([^()]*\))*\)|[^,])+/g) ?? [];
  return parts
    .map((part) => part.trim())
    .filter((part) => !/^(constraint|primary\s+key|unique|check|foreign\s+key)\b/i.test(part))
    .map((part) => /^(?:"((?:[^"]|"")*)"|\[([^\]]*)\]|`([^`]*)`|(\S+))/.exec(part))
    .map((match) => match?.slice(1).find((text) => text !== undefined) ?? '');
}

class Database {
  private readonly pageSize: number;
  /** Bytes of a page that hold data. */
  private readonly usable: number;
  private readonly encoding: 'utf8' | 'utf16le';

  constructor(private readonly file: Buffer) {
    if (!isSqlite(file.subarray(0, 16)) || file.length < 100) throw new Error('it is no SQLite database');
    const size = file.readUInt16BE(16);
    this.pageSize = size === 1 ? 65_536 : size;
    this.usable = this.pageSize - file[20]!;
    const encoding = file.readUInt32BE(56);
    if (encoding > 2) throw new Error('its text is UTF-16 big-endian, which is not read here');
    this.encoding = encoding === 2 ? 'utf16le' : 'utf8';
  }

  /** The records of a table's tree, in the order of their row ids. */
  *rows(root: number, depth = 0): Generator<SqliteValue[]> {
    if (depth > 40) throw new Error('its pages go round in a circle');
    const page = this.page(root);
    // The first page begins with the header of the file.
    const start = root === 1 ? 100 : 0;
    const type = page[start];
    if (type !== INTERIOR && type !== LEAF) throw new Error(`page ${root} is no page of a table`);
    const cells = page.readUInt16BE(start + 3);
    const pointers = start + (type === INTERIOR ? 12 : 8);
    for (let i = 0; i < cells; i++) {
      const cell = page.readUInt16BE(pointers + 2 * i);
      if (type === INTERIOR) yield* this.rows(page.readUInt32BE(cell), depth + 1);
      else yield this.record(this.payload(page, cell));
    }
    if (type === INTERIOR) yield* this.rows(page.readUInt32BE(start + 8), depth + 1);
  }

  /** The content of a leaf's cell, which may go on in overflow pages. */
  private payload(page: Buffer, cell: number): Buffer {
    const [size, afterSize] = varint(page, cell);
    const [, begin] = varint(page, afterSize);
    const most = this.usable - 35;
    const least = Math.floor(((this.usable - 12) * 32) / 255) - 23;
    const fitting = least + ((size - least) % (this.usable - 4));
    const local = size <= most ? size : fitting <= most ? fitting : least;
    const parts = [page.subarray(begin, begin + local)];
    let next = local < size ? page.readUInt32BE(begin + local) : 0;
    let left = size - local;
    while (left > 0) {
      const overflow = this.page(next);
      const length = Math.min(left, this.usable - 4);
      parts.push(overflow.subarray(4, 4 + length));
      next = overflow.readUInt32BE(0);
      left -= length;
    }
    return Buffer.concat(parts);
  }

  private record(payload: Buffer): SqliteValue[] {
    const [headerSize, begin] = varint(payload, 0);
    const values: SqliteValue[] = [];
    let body = headerSize;
    for (let at = begin; at < headerSize; ) {
      const [type, next] = varint(payload, at);
      at = next;
      const size = type < 10 ? FIXED_SIZES[type]! : Math.floor((type - 12) / 2);
      values.push(this.value(type, payload.subarray(body, body + size)));
      body += size;
    }
    return values;
  }

  private value(type: number, bytes: Buffer): SqliteValue {
    if (type === 0) return null;
    if (type === 6) return bytes.readBigInt64BE(0);
    if (type === 7) return bytes.readDoubleBE(0);
    if (type === 8 || type === 9) return type - 8;
    if (type < 7) return bytes.readIntBE(0, bytes.length);
    return type % 2 === 0 ? bytes : bytes.toString(this.encoding);
  }

  private page(number: number): Buffer {
    const page = this.file.subarray((number - 1) * this.pageSize, number * this.pageSize);
    if (number < 1 || page.length < this.pageSize)
      throw new Error(`page ${number} is not in the file: it is cut short`);
    return page;
  }
}

/** A big-endian number of 7 bits a byte, the ninth byte whole. @returns the number and where it ends */
function varint(bytes: Buffer, at: number): [value: number, end: number] {
  let value = 0;
  for (let i = 0; i < 9; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) throw new Error('a record is cut short');
    if (i === 8) return [value * 256 + byte, at + 9];
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return [value, at + i + 1];
  }
  return [value, at + 9];
}
