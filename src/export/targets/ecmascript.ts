import { allowedWords, camelCase } from '../names.js';
import type { ExportSource } from '../source.js';

/** Reserved words of JavaScript and TypeScript, global objects, and the names of values. */
const RESERVED = [
  ...['await', 'break', 'case', 'catch', 'class', 'const', 'continue', 'debugger', 'default', 'delete', 'do', 'else'],
  ...['enum', 'export', 'extends', 'false', 'finally', 'for', 'function', 'if', 'implements', 'import', 'in', 'let'],
  ...[
    'instanceof',
    'interface',
    'new',
    'null',
    'package',
    'private',
    'protected',
    'public',
    'return',
    'static',
    'super',
  ],
  ...['switch', 'this', 'throw', 'true', 'try', 'typeof', 'undefined', 'var', 'void', 'while', 'with', 'yield'],
  ...['arguments', 'eval', 'x', 'y'],
];

/** The words of the function's name in an ES module that itself uses the names `taken`. */
export function ecmascriptWords(source: ExportSource, taken: readonly string[]): readonly string[] {
  const rules = { spell: camelCase, taken: new Set([...RESERVED, ...taken]), language: 'JavaScript' };
  return allowedWords(source.words, source.named, rules);
}

/** A block comment in the form of JSDoc. */
export function comment(lines: readonly string[]): string {
  if (lines.length === 1) return `/** ${lines[0]} */`;
  return ['/**', ...lines.map((line) => (line === '' ? ' *' : ` * ${line}`)), ' */'].join('\n');
}
