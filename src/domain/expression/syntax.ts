import { ExpressionError } from './expression-error.js';

/** Longest text of an expression or schema, in UTF-16 code units, white space included. */
const MAX_LENGTH = 4096;
/** Deepest nesting of operators. */
const MAX_DEPTH = 64;

/** A name, with arguments where it is followed by parentheses. Positions are counted from 1 in the text as given. */
export interface CallTree {
  readonly name: string;
  readonly position: number;
  readonly args?: readonly CallTree[];
}

/** Of names in expressions and schemas; wider than the names of operators, so that errors can quote what was written. */
const NAME_CHARACTER = /[A-Za-z0-9_-]/;

/** Longest part of a name that a message repeats. */
const SHOWN = 64;

/** A name as messages quote it. */
export const shownName = (name: string): string => (name.length > SHOWN ? `${name.slice(0, SHOWN)}…` : name);

/** A character as messages quote it; one that would not show, or act on a terminal, by its code. */
function quoted(character: string | undefined): string {
  if (character === undefined) return 'the end';
  if (!/[\p{C}\p{M}]/u.test(character)) return `"${character}"`;
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}

/**
 * Parse `tree := name [ "(" tree { "," tree } ")" ]`, the common grammar of expressions and schemas. All white space is
 * ignored, also within names.
 * @throws ExpressionError of the given kind, with the position and what was expected
 */
export function parseCallTree(text: string, kind: 'expression' | 'schema'): CallTree {
  if (text.length > MAX_LENGTH) {
    throw new ExpressionError(kind, `the ${kind} has ${text.length} characters; at most ${MAX_LENGTH} are allowed`);
  }
  const characters: string[] = [];
  const positions: number[] = [];
  let place = 1;
  // By code points: half a character is none.
  for (const character of text) {
    if (!/\s/.test(character)) {
      characters.push(character);
      positions.push(place);
    }
    place += character.length;
  }
  let next = 0;

  const position = (): number => positions[next] ?? text.length + 1;
  const fail = (expected: string): never => {
    const found = quoted(characters[next]);
    throw new ExpressionError(kind, `expected ${expected} at character ${position()}, found ${found}`, position());
  };

  const parseTree = (depth: number, expected: string): CallTree => {
    const start = position();
    let name = '';
    while (next < characters.length && NAME_CHARACTER.test(characters[next]!)) name += characters[next++];
    if (name === '') fail(expected);
    if (characters[next] !== '(') return { name, position: start };
    if (depth > MAX_DEPTH) {
      const message = `the ${kind} is nested deeper than ${MAX_DEPTH} operators at character ${start}`;
      throw new ExpressionError(kind, message, start);
    }
    const args: CallTree[] = [];
    do {
      next++;
      args.push(parseTree(depth + 1, 'an argument'));
    } while (characters[next] === ',');
    if (characters[next] !== ')') fail('"," or ")"');
    next++;
    return { name, position: start, args };
  };

  const tree = parseTree(1, kind === 'schema' ? 'a schema such as unary(x)' : 'an expression such as relu(x)');
  if (next < characters.length) fail(`the end of the ${kind}`);
  return tree;
}
