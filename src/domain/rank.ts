/**
 * The rank of a name orders the aliases of a function: by operator count, then length, then text (DESIGN.md section 3).
 * As one string it can be kept by MongoDB's `$min`, whose order is that of UTF-8 bytes, and so does not depend on the
 * order in which concurrent jobs insert. Form: `CCCC.LLLL.name`, zero-padded.
 */
const DIGITS = 4;
const PREFIX = 2 * (DIGITS + 1);

const pad = (value: number): string => String(value).padStart(DIGITS, '0');

/** @throws RangeError where a number does not fit four digits; no valid expression is that long */
export function rankOf(name: string, operatorCount: number): string {
  if (name.length >= 10 ** DIGITS || operatorCount >= 10 ** DIGITS) {
    throw new RangeError(`a name of ${name.length} characters and ${operatorCount} operators has no rank`);
  }
  return `${pad(operatorCount)}.${pad(name.length)}.${name}`;
}

/** The name in a rank. */
export function nameOfRank(rank: string): string {
  return rank.slice(PREFIX);
}
