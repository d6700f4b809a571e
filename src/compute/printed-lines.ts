import type { Readable } from 'node:stream';
import { plainText } from '../plain-text.js';

/** What a call is about, for the log. */
export interface About {
  readonly study?: string;
  readonly task?: string;
  readonly fn?: string;
}

/** What is shown of all streams together in a second. */
const LINES = 200;
const BYTES = 65_536;
const SECOND = 1000;
/** Of one line; what follows is counted. */
const LINE_BYTES = 4000;

const NOTHING = Buffer.alloc(0);
const LINE_BREAK = 10;
/** Begins a line by which the compute process says what the lines below are about. */
const MARK = 0;

/** Such a line, with a break before it for text that had none. */
export const markOf = (about: About): string => `\n\0${JSON.stringify(about)}\n`;

/**
 * What a compute process prints (user code, TensorFlow) as lines for the log. A module that prints without end, in lines
 * or without a single break, fills neither the disk nor the memory: beyond a limit lines are counted only. Its bytes may
 * be anything.
 */
export class PrintedLines {
  readonly #show: (line: string, about: About) => void;
  #second = 0;
  #lines = 0;
  #bytes = 0;
  #leftOut = { lines: 0, about: {} as About };
  #telling: NodeJS.Timeout | undefined;

  constructor(show: (line: string, about: About) => void) {
    this.#show = show;
  }

  /** Shows what comes through a stream until it ends. */
  read(stream: Readable): void {
    let about: About = {};
    /** Of a line whose break has not come yet. */
    let begun = NOTHING;
    let length = 0;
    const take = (start: Buffer, bytes: number) => {
      const marked = start[0] === MARK ? readMark(start) : undefined;
      if (marked) {
        about = marked;
        this.#tellLeftOut();
      } else if (bytes > 0) this.#line(start, bytes, about);
    };
    const add = (bytes: Buffer) => {
      if (begun.length < LINE_BYTES) begun = Buffer.concat([begun, bytes.subarray(0, LINE_BYTES - begun.length)]);
      length += bytes.length;
    };
    const end = () => {
      take(begun, length);
      begun = NOTHING;
      length = 0;
    };
    stream.on('data', (chunk: Buffer) => {
      let from = 0;
      for (let to = chunk.indexOf(LINE_BREAK); to !== -1; to = chunk.indexOf(LINE_BREAK, from)) {
        if (length === 0) {
          take(chunk.subarray(from, Math.min(to, from + LINE_BYTES)), to - from);
        } else {
          add(chunk.subarray(from, to));
          end();
        }
        from = to + 1;
      }
      if (from < chunk.length) add(chunk.subarray(from));
    });
    stream.on('error', () => {});
    stream.once('close', () => {
      end();
      this.#tellLeftOut();
    });
  }

  /** @param length in bytes, of which `start` holds the first ones */
  #line(start: Buffer, length: number, about: About): void {
    const now = performance.now();
    if (now - this.#second >= SECOND) {
      this.#second = now;
      this.#lines = 0;
      this.#bytes = 0;
    }
    if (this.#lines >= LINES || this.#bytes >= BYTES) {
      this.#leftOut = { lines: this.#leftOut.lines + 1, about };
      this.#telling ??= setTimeout(() => this.#tellLeftOut(), SECOND).unref();
      return;
    }
    this.#lines++;
    this.#bytes += start.length;
    const text = plainText(start.toString(), LINE_BYTES).trim();
    const more = length - start.length;
    if (text !== '') this.#show(more > 0 ? `${text}… (${more.toLocaleString('en-US')} bytes left out)` : text, about);
  }

  #tellLeftOut(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    const { lines, about } = this.#leftOut;
    if (lines === 0) return;
    this.#leftOut = { lines: 0, about };
    this.#show(`… ${lines.toLocaleString('en-US')} ${lines === 1 ? 'line' : 'lines'} left out`, about);
  }
}

/** @returns undefined where it is a line of the user's own */
function readMark(line: Buffer): About | undefined {
  try {
    const about = JSON.parse(line.toString('utf8', 1)) as Record<string, unknown>;
    const known = ['study', 'task', 'fn'].filter((name) => typeof about[name] === 'string');
    return Object.fromEntries(known.map((name) => [name, plainText(String(about[name]), LINE_BYTES)]));
  } catch {
    return undefined;
  }
}
