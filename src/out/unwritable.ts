import { AquasurfError, errorLine } from '../errors.js';
import { codeOf } from './locate.js';

/** What to do, by what the system says. */
const MENDS: Partial<Record<string, string>> = {
  ENOENT: 'name a file in a folder that exists',
  ENOTDIR: 'name a file in a folder that exists',
  EISDIR: 'name a file in it',
  ENOSPC: 'make room, or name a file on another disk',
  EDQUOT: 'make room, or name a file on another disk',
};

/** What is thrown where a file that a person named cannot be written. */
export function unwritable(path: string, cause: unknown): AquasurfError {
  const mend = MENDS[codeOf(cause) ?? ''] ?? 'name a file that you may write';
  return new AquasurfError('FAILED', `cannot write ${path}: ${errorLine(cause)}; ${mend}`, { cause });
}
