import type { Expression } from '../domain/expression/expression.js';
import { AquasurfError } from '../errors.js';

/** Longer names are cut, and end in the beginning of the canonical hash. */
const LONGEST = 40;

/** The words of a function's name after its expression: `max(relu(x),cosh(elu(x)))` is max relu cosh elu. */
export function wordsOfExpression(expression: Expression, hash: string): string[] {
  const all = operatorNames(expression);
  if (all.length === 0) return ['identity'];
  const words: string[] = [];
  for (const word of all) {
    if ([...words, word].join('_').length > LONGEST) return [...words, hash.slice(0, 8)];
    words.push(word);
  }
  return words;
}

const operatorNames = (expression: Expression): string[] =>
  expression.kind === 'x' ? [] : [expression.operator, ...expression.args.flatMap(operatorNames)];

/**
 * The words of a name that a person chose, in any case: `my_act`, `myAct` and `MyAct` are my act.
 * @throws AquasurfError USAGE for what is no name
 */
export function wordsOfName(name: string): string[] {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,99}$/.test(name)) {
    throw new AquasurfError(
      'USAGE',
      `name "${name}": use at most 100 letters, digits and underscores, a letter first, e.g. my_activation`,
    );
  }
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('_')
    .filter((word) => word !== '');
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
const parts = (words: readonly string[]): string[] => words.flatMap((word) => word.split('_'));

export const snakeCase = (words: readonly string[]): string => parts(words).join('_');
export const pascalCase = (words: readonly string[]): string => parts(words).map(capital).join('');
export function camelCase(words: readonly string[]): string {
  const name = pascalCase(words);
  return name.charAt(0).toLowerCase() + name.slice(1);
}

/** What names a function of a file may not have, and how they are written there. */
interface NameRules {
  readonly spell: (words: readonly string[]) => string;
  /** Reserved words of the language, and the names that the file uses itself. */
  readonly taken: ReadonlySet<string>;
  /** As people call the language. */
  readonly language: string;
}

/**
 * Words of a name that the file's language allows: one made from an expression gets `activation` at its end where it
 * must, one that a person chose is refused.
 * @throws AquasurfError USAGE
 */
export function allowedWords(words: readonly string[], chosen: boolean, rules: NameRules): readonly string[] {
  const { spell, taken, language } = rules;
  if (!taken.has(spell(words))) return words;
  const longer = [...words, 'activation'];
  if (!chosen) return longer;
  throw new AquasurfError(
    'USAGE',
    `name "${spell(words)}" has a meaning of its own in ${language}; choose another, e.g. ${spell(longer)}`,
  );
}
