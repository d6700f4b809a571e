import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageDir } from '../src/config.js';

const SRC = join(packageDir, 'src');

/**
 * Imports point one way: each part may import itself and those on later lines. Files at the top of src/ that
 * everybody may use (errors, config, log) stand at the end, those that assemble the program at the beginning.
 */
const LAYERS: readonly (readonly string[])[] = [
  ['cli', 'index'],
  ['server', 'open-study'],
  ['study'],
  ['consumers', 'replay'],
  ['producers', 'compute'],
  ['open-pipeline', 'services'],
  ['queues'],
  ['store'],
  ['nn'],
  ['kernels'],
  ['act-bench', 'export', 'plot'],
  ['checks'],
  ['domain'],
  ['config', 'log', 'file-lock', 'out', 'program-output', 'reminders', 'shown-url'],
  ['errors'],
  ['plain-text'],
];

/** What domain may import besides itself: pure, and named by the design. */
const DOMAIN_PACKAGES = new Set(['node:crypto', 'ml-random-forest']);

interface Import {
  file: string;
  target: string;
  typeOnly: boolean;
}

describe('imports', () => {
  const imports = sourceFiles(SRC).flatMap(importsOf);

  it('are found at all', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  it('point one way: cli → server → consumers → producers → store, queues, nn → kernels, domain', () => {
    const wrong = imports
      .filter(({ target, typeOnly }) => target.startsWith('.') && !typeOnly)
      .map(({ file, target }) => ({
        from: part(file),
        to: part(resolve(dirname(file), target)),
        file: relative(SRC, file),
      }))
      .filter(({ from, to }) => from !== to && level(to) <= level(from))
      .map(({ file, to }) => `${file} imports ${to}`);
    expect(wrong).toEqual([]);
  });

  it('of domain stay inside domain, errors, type-only ones and named pure packages aside', () => {
    const wrong = imports
      .filter(({ file, typeOnly }) => part(file) === 'domain' && !typeOnly)
      .filter(({ file, target }) =>
        target.startsWith('.')
          ? !['domain', 'errors'].includes(part(resolve(dirname(file), target)))
          : !DOMAIN_PACKAGES.has(target),
      )
      .map(({ file, target }) => `${relative(SRC, file)} imports ${target}`);
    expect(wrong).toEqual([]);
  });

  it('never load tfjs at import: only types come from it', () => {
    const wrong = imports.filter(({ target, typeOnly }) => target.startsWith('@tensorflow/') && !typeOnly);
    expect(wrong).toEqual([]);
  });

  it('read process.env in config.ts only', () => {
    const readers = sourceFiles(SRC)
      .filter((file) =>
        /process\.env\b(?!,|\s*[,}])/.test(readFileSync(file, 'utf8').replace(/\.\.\.process\.env/g, '')),
      )
      .map((file) => relative(SRC, file));
    expect(readers).toEqual(['config.ts']);
  });
});

function sourceFiles(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  const pattern =
    /(?:^|\n)\s*(import|export)\s+(type\s+)?([^;'"]*?from\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;
  return [...text.matchAll(pattern)].map((match) => ({
    file,
    target: match[4] ?? match[5] ?? '',
    typeOnly: match[2] !== undefined || onlyTypes(match[3]),
  }));
}

/** `{ type A, type B } from`: verbatimModuleSyntax keeps the import, but nothing of it. */
function onlyTypes(clause: string | undefined): boolean {
  const names = clause?.match(/^\{([^}]*)\}\s*from\s*$/)?.[1];
  return names?.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type ')) ?? false;
}

const part = (file: string): string =>
  relative(SRC, file)
    .split('/')[0]!
    .replace(/\.[jt]s$/, '');

function level(name: string): number {
  const index = LAYERS.findIndex((layer) => layer.includes(name));
  if (index < 0) throw new Error(`part ${name} has no place in LAYERS`);
  return index;
}
