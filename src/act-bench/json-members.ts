/** One member of a JSON object: its text is `"key": value`. */
interface JsonMember {
  text: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING = new Set([0x7b, 0x5b]);
const CLOSING = new Set([0x7d, 0x5d]);

/**
 * The members of one large JSON object, one after the other: files of a gigabyte exceed the longest string that
 * JavaScript has. The members themselves are not checked.
 * @throws SyntaxError where the text is not one complete object
 */
export async function* jsonMembers(chunks: AsyncIterable<Buffer>): AsyncGenerator<JsonMember> {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let ended = false;
  let members = 0;
  /** What there is of the present member: the parts in earlier chunks. */
  let parts: Buffer[] = [];
  let offset = 0;

  for await (const chunk of chunks) {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
      } else if (byte === QUOTE) {
        inString = depth > 0;
        if (depth === 0) throw unexpected(chunk, i, offset);
      } else if (OPENING.has(byte)) {
        if (depth === 0) {
          if (ended || byte !== 0x7b) throw unexpected(chunk, i, offset);
          start = i + 1;
        }
        depth += 1;
      } else if (CLOSING.has(byte) || (byte === COMMA && depth === 1)) {
        if (CLOSING.has(byte)) depth -= 1;
        if (depth > 1 || (depth === 1 && byte !== COMMA)) continue;
        if (depth < 0) throw unexpected(chunk, i, offset);
        const text = Buffer.concat([...parts, chunk.subarray(start, i)]).toString('utf8');
        parts = [];
        start = i + 1;
        ended = byte !== COMMA;
        if (text.trim() !== '') yield { text };
        else if (!ended || members > 0) throw unexpected(chunk, i, offset);
        members += 1;
      } else if (depth === 0 && !isSpace(byte) && !isMark(byte)) {
        throw unexpected(chunk, i, offset);
      }
    }
    if (depth > 0) parts.push(chunk.subarray(start));
    offset += chunk.length;
  }
  if (!ended) throw new SyntaxError(offset === 0 ? 'it is empty' : `it ends in the middle, after ${offset} bytes`);
}

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Of the byte order mark that some editors put at the beginning of UTF-8. */
const isMark = (byte: number): boolean => byte === 0xef || byte === 0xbb || byte === 0xbf;

function unexpected(chunk: Buffer, at: number, offset: number): SyntaxError {
  return new SyntaxError(`unexpected ${JSON.stringify(String.fromCharCode(chunk[at]!))} at byte ${offset + at}`);
}
