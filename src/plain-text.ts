import { stripVTControlCharacters } from 'node:util';

/** Control characters, breaks of lines, and marks that turn the direction of writing around. */
const CONTROLS = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;
const CONTROLS_BUT_BREAKS = /(?!\n)[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

/**
 * Text from others (a user's module, a library) as it may stand in a terminal, a log or the database: without escape
 * sequences and control characters, and never long.
 * @param limit characters that are kept; how many are left out is said behind them
 * @param lines whether line breaks stay. @defaultValue false: one line
 */
export function plainText(text: string, limit: number, lines = false): string {
  const kept = stripVTControlCharacters(text.slice(0, limit)).replace(lines ? CONTROLS_BUT_BREAKS : CONTROLS, ' ');
  const left = text.length - limit;
  return left > 0 ? `${kept}… (${left.toLocaleString('en-US')} characters left out)` : kept;
}
