import { createHash } from 'node:crypto';

/** Stands for what a Python file computes: its head and other docstrings and comments do not count. */
export function codeDigest(code: string): string {
  const computing = code.replace(/"""[\s\S]*?"""/g, '').replace(/^\s*#.*\n/gm, '');
  return createHash('sha256').update(computing).digest('hex').slice(0, 16);
}
