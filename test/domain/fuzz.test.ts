import { describe, expect, it } from 'vitest';
import { type Expression, formatExpression, parseExpression } from '../../src/domain/expression/expression.js';
import { ExpressionError } from '../../src/domain/expression/expression-error.js';
import { formatSchema, parseSchema, type Schema } from '../../src/domain/expression/schema.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { hostileText } from '../support/hostile-texts.js';
import { randomExpression, randomSchema } from '../support/random-expressions.js';
import { testSize } from '../support/test-size.js';

const CASES = testSize({ small: 20_000, full: 1_000_000 });
/** Longest that a call may take, in milliseconds; one that took longer is timed again, for a pause may be the machine's. */
const LIMIT = 10;

type Outcome = { tree: Expression | Schema } | { error: unknown };

function attempt(parse: (text: string) => Expression | Schema, text: string): Outcome {
  try {
    return { tree: parse(text) };
  } catch (error) {
    return { error };
  }
}

const isSlow = (parse: (text: string) => unknown, text: string): boolean =>
  Array.from({ length: 5 }, () => milliseconds(() => attempt(parse as () => Expression, text))).every(
    (ms) => ms > LIMIT,
  );

function milliseconds(body: () => unknown): number {
  const start = performance.now();
  body();
  return performance.now() - start;
}

/** Faster than `toEqual`, a million times over. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const show = (text: string): string => JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);

interface Grammar {
  parse: (text: string) => Expression | Schema;
  print: (tree: never) => string;
  random: (random: SeededRandom) => Expression | Schema;
}

const GRAMMARS: Record<string, Grammar> = {
  expressions: {
    parse: (text) => parseExpression(text),
    print: formatExpression,
    random: (random) => randomExpression(random, random.integer(7)),
  },
  schemas: { parse: parseSchema, print: formatSchema, random: (random) => randomSchema(random, random.integer(6)) },
};

describe.each(Object.entries(GRAMMARS))(
  'the parser of %s',
  (name, { parse, print, random: draw }) => {
    it(`survives ${CASES} hostile texts: a tree that prints as the text, or an ExpressionError, within ${LIMIT} ms`, () => {
      const random = new SeededRandom(`hostile ${name}`);
      const counts = { trees: 0, errors: 0 };
      const wrong: string[] = [];
      for (let i = 0; i < CASES && wrong.length < 10; i++) {
        const text = hostileText(random);
        const start = performance.now();
        const outcome = attempt(parse, text);
        const ms = performance.now() - start;
        if (ms > LIMIT && isSlow(parse, text)) wrong.push(`${show(text)} takes longer than ${LIMIT} ms`);
        if ('tree' in outcome) {
          counts.trees++;
          const printed = print(outcome.tree as never);
          if (printed !== text.replace(/\s/g, '')) wrong.push(`${show(text)} prints as ${show(printed)}`);
        } else {
          counts.errors++;
          const fault = faultOf(outcome.error, text);
          if (fault !== undefined) wrong.push(`${show(text)}: ${fault}`);
        }
      }
      expect(wrong).toEqual([]);
      // A test of nothing but refusals, or of none, would say little.
      expect(counts.trees).toBeGreaterThan(CASES / 20);
      expect(counts.errors).toBeGreaterThan(CASES / 3);
      console.log(`${name}: ${CASES} hostile texts, of which ${counts.trees} were parsed and ${counts.errors} refused`);
    });

    it(`reads what it prints, for ${CASES} random trees`, () => {
      const random = new SeededRandom(`trees ${name}`);
      const wrong: string[] = [];
      for (let i = 0; i < CASES && wrong.length < 10; i++) {
        const tree = draw(random);
        const text = print(tree as never);
        if (text.length > 4096) continue;
        if (!same(parse(text), tree)) wrong.push(text);
      }
      expect(wrong).toEqual([]);
    });
  },
  600_000,
);

/** What is wrong with the error of a refusal: it must be ours, one line, and point into the text. */
function faultOf(error: unknown, text: string): string | undefined {
  if (!(error instanceof ExpressionError)) return `threw ${String(error)}`;
  const { message, position } = error;
  if (position !== undefined && !(position >= 1 && position <= text.length + 1)) return `points to ${position}`;
  if (message === '' || message.length > 700) return `has a message of ${message.length} characters`;
  if (/[\p{Cc}\p{Cs}\p{Cf}]/u.test(message)) return 'has a message with characters that act on a terminal';
  return undefined;
}
