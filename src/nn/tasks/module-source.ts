import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';

/** `from './x'`, `import './x'`, `import('./x')`, `require('./x')`. */
const RELATIVE_IMPORT = /\b(?:from|import|require)\s*\(?\s*(['"])(\.{1,2}\/[^'"]+)\1/g;

const EXTENSIONS = ['', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'];

/**
 * SHA-256 of a module's source and of all modules that it imports by relative paths, however deep. Other modules that a
 * file names in ways that cannot be read off its text (computed paths) are not covered. The same on every machine:
 * names are relative to the module's folder.
 */
export function moduleSourceHash(entry: string): string {
  const files = new Map<string, string>();
  collect(resolve(entry), files);
  const root = dirname(resolve(entry));
  const hash = createHash('sha256');
  const named = [...files].map(([path, text]) => [relative(root, path).split(sep).join('/'), text] as const);
  for (const [name, text] of named.sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(`${name.length}:${name}${text.length}:${text}`);
  }
  return hash.digest('hex');
}

function collect(path: string, files: Map<string, string>): void {
  if (files.has(path)) return;
  const text = readFileSync(path, 'utf8');
  files.set(path, text);
  for (const [, , specifier] of text.matchAll(RELATIVE_IMPORT)) {
    const target = locate(resolve(dirname(path), specifier!));
    if (target) collect(target, files);
  }
}

/** The file that a specifier means; TypeScript writes `.js` for a `.ts` file. */
function locate(path: string): string | undefined {
  const stems = [path, path.replace(/\.([cm]?)js$/, '.$1ts'), join(path, 'index')];
  const candidates = stems.flatMap((stem) => EXTENSIONS.map((extension) => stem + extension));
  return candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
}
