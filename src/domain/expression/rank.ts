/**
 * The rank of a name orders the aliases of a function: by operator count, then length, then text (docs/design.md section 3).
 * As one string it can be kept by MongoDB's `$min`, whose order is that of UTF-8 bytes, and so does not depend on the
 * order in which concurrent jobs insert. Form: `CCCC.LLLL.name`, zero-padded; with `~` before it for a name that uses
 * operators of one's own (`set@version/name`), so that it ranks after every name that all studies can read.
 */
const DIGITS = 4;
const PREFIX = 2 * (DIGITS + 1);
const OWN = '~';

const pad = (value: number): string => String(value).padStart(DIGITS, '0');

/**
 * @param name as it is stored (stored-name.ts)
 * @throws RangeError where a number does not fit four digits; no valid expression is that long
 */
export function rankOf(name: string, operatorCount: number): string {
  if (name.length >= 10 ** DIGITS || operatorCount >= 10 ** DIGITS) {
    throw new RangeError(`a name of ${name.length} characters and ${operatorCount} operators has no rank`);
  }
  return `${name.includes('/') ? OWN : ''}${pad(operatorCount)}.${pad(name.length)}.${name}`;
}

/** Whether the name in a rank uses operators of one's own. */
export function isOwnRank(rank: string): boolean {
  return rank.startsWith(OWN);
}

/** The name in a rank, as it is stored. */
export function nameOfRank(rank: string): string {
  return rank.slice(isOwnRank(rank) ? PREFIX + OWN.length : PREFIX);
}
