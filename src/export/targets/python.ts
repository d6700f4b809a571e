import { type Assignment, assignments, type TargetCode } from '../assignments.js';
import { type Helpers, helpersFor } from '../helpers.js';
import { allowedWords, snakeCase } from '../names.js';
import { type ExportSource, inWords, type TargetFile } from '../source.js';
import { stepsOf } from '../steps.js';

/** What the Python targets differ in. */
export interface PythonTarget extends TargetCode {
  readonly imports: string;
  readonly helpers: Helpers;
  /** Names that the file uses. */
  readonly modules: readonly string[];
  /** The function's first line, with `NAME`. */
  readonly signature: string;
  /** More for the file's docstring: how to use it. */
  readonly usage: (words: readonly string[]) => readonly string[];
  /** What follows the function. */
  readonly layer?: (words: readonly string[], source: ExportSource) => string;
}

/** Keywords of Python 3, built-in functions that one would not want to hide, and the names of values. */
const RESERVED = [
  ...['and', 'as', 'assert', 'async', 'await', 'break', 'case', 'class', 'continue', 'def', 'del', 'elif', 'else'],
  ...['except', 'finally', 'for', 'from', 'global', 'if', 'import', 'in', 'is', 'lambda', 'match', 'nonlocal', 'not'],
  ...['or', 'pass', 'raise', 'return', 'try', 'while', 'with', 'yield', 'none', 'true', 'false', 'self', 'x'],
  ...[
    'abs',
    'all',
    'any',
    'bool',
    'dict',
    'float',
    'int',
    'len',
    'list',
    'max',
    'min',
    'pow',
    'print',
    'range',
    'round',
  ],
  ...['set', 'str', 'sum', 'super', 'tuple', 'type'],
];

/** A Python module with the function, and what the target puts around it. */
export function pythonFile(source: ExportSource, target: PythonTarget): TargetFile {
  const words = allowedWords(source.words, source.named, {
    spell: snakeCase,
    taken: new Set([...RESERVED, ...target.modules]),
    language: 'Python',
  });
  const name = snakeCase(words);
  const body = functionBody(source, target);
  const blocks = [
    [`"""${[...source.description, '', ...target.usage(words)].join('\n')}`, '"""', '', target.imports].join('\n'),
    ...helpersFor(target.helpers, body),
    [target.signature.replace('NAME', name), ...docstring(inWords(source, 'element by element')), ...body].join('\n'),
    ...(target.layer === undefined ? [] : [target.layer(words, source)]),
  ];
  return { name, code: `${blocks.join('\n\n\n')}\n` };
}

function docstring(lines: readonly string[]): string[] {
  const [first = '', ...more] = lines;
  if (more.length === 0) return [`    """${first}"""`];
  return [`    """${first}`, '', ...more.map((line) => `    ${line}`), '    """'];
}

function functionBody({ expression, operators, normalization }: ExportSource, target: TargetCode): string[] {
  const steps = stepsOf(expression, operators, true);
  const all = assignments(steps, operators, target);
  const line = ({ name, code }: Assignment): string => `    ${name} = ${code}`;
  if (normalization !== undefined) {
    const { mean, std } = normalization;
    return [
      ...all.map(line),
      `    mean, std = ${mean}, ${std}`,
      `    return (${all.at(-1)?.name ?? 'x'} - mean) / std`,
    ];
  }
  return [...all.slice(0, -1).map(line), `    return ${all.at(-1)?.code ?? 'x'}`];
}
