import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countOperators,
  type Expression,
  formatExpression,
  parseExpression,
  X,
} from '../../src/domain/expression/expression.js';
import { ExpressionError } from '../../src/domain/expression/expression-error.js';
import { editDistance, nearestNames } from '../../src/domain/expression/nearest-names.js';
import { ALL_OPERATORS, STANDARD_OPERATORS } from '../../src/domain/operators/index.js';
import { testSize } from '../support/test-size.js';

const numRuns = testSize({ small: 200, full: 20_000 });

/** Any valid expression, up to depth 5. */
const expressions: fc.Arbitrary<Expression> = fc.letrec<{ expression: Expression }>((tie) => {
  const call = (names: readonly { name: string }[], args: fc.Arbitrary<Expression[]>) =>
    fc.record({
      kind: fc.constant('call' as const),
      operator: fc.constantFrom(...names.map(({ name }) => name)),
      args,
    });
  const some = (minLength: number, maxLength: number) => fc.array(tie('expression'), { minLength, maxLength });
  return {
    expression: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      fc.constant(X),
      call(ALL_OPERATORS.unary, some(1, 1)),
      call(ALL_OPERATORS.binary, some(2, 2)),
      call(ALL_OPERATORS.nary, some(1, 4)),
    ),
  };
}).expression;

function errorOf(text: string, operators = ALL_OPERATORS): ExpressionError {
  try {
    parseExpression(text, operators);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error(`"${text}" was parsed`);
}

const nested = (depth: number): string => `${'relu('.repeat(depth)}x${')'.repeat(depth)}`;

describe('parseExpression', () => {
  it('reads what formatExpression writes', () => {
    fc.assert(
      fc.property(expressions, (expression) => {
        expect(parseExpression(formatExpression(expression))).toEqual(expression);
      }),
      { numRuns },
    );
  });

  it('ignores white space anywhere', () => {
    const whiteSpace = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\u00a0'), maxLength: 3 });
    fc.assert(
      fc.property(expressions, fc.infiniteStream(whiteSpace), (expression, spaces) => {
        const text = [...formatExpression(expression)].map((c) => spaces.next().value + c).join('');
        expect(parseExpression(text)).toEqual(expression);
      }),
      { numRuns },
    );
  });

  it('either parses a text or throws an ExpressionError that points into it', () => {
    const fragments = fc.constantFrom(
      'x',
      'relu',
      'max',
      'sum_n',
      '(',
      ')',
      ',',
      ' ',
      'q',
      '-',
      '9',
      'é',
      '𝑥',
      '\ud835',
    );
    fc.assert(
      fc.property(fc.array(fragments, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        try {
          parseExpression(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
          const { position, message } = error as ExpressionError;
          expect(message).not.toMatch(/\p{Cs}/u);
          expect(position).toBeGreaterThanOrEqual(1);
          expect(position).toBeLessThanOrEqual(text.length + 1);
        }
      }),
      { numRuns },
    );
  });

  it.each([
    ['max(rleu(x),x)', 'unknown operator "rleu" at character 5; did you mean "relu"?', 5],
    ['relu(x', 'expected "," or ")" at character 7, found the end', 7],
    ['relu(x))', 'expected the end of the expression at character 8, found ")"', 8],
    ['relu( )', 'expected an argument at character 7, found ")"', 7],
    ['add(x,)', 'expected an argument at character 7, found ")"', 7],
    ['', 'expected an expression such as relu(x) at character 1, found the end', 1],
    [' ,', 'expected an expression such as relu(x) at character 2, found ","', 2],
    ['relu', 'expected "(" after operator "relu" at character 1', 1],
    ['add(x,relu)', 'expected "(" after operator "relu" at character 7', 7],
    ['relu(x,x)', 'operator "relu" at character 1 takes 1 argument, found 2', 1],
    ['tanh(add(x))', 'operator "add" at character 6 takes 2 arguments, found 1', 6],
    ['x(x)', 'x takes no arguments, at character 1', 1],
    ['y', 'unknown operator "y" at character 1; did you mean "x"?', 1],
    ['𝑥', 'expected an expression such as relu(x) at character 1, found "𝑥"', 1],
    ['relu(𝑥)', 'expected an argument at character 6, found "𝑥"', 6],
    ['re𝑙u(x)', 'expected the end of the expression at character 3, found "𝑙"', 3],
    ['max(x,😀)', 'expected an argument at character 7, found "😀"', 7],
    ['relu(\ud83d \ude00)', 'expected an argument at character 6, found U+D83D', 6],
    ['relu(x)\u{e0001}', 'expected the end of the expression at character 8, found U+E0001', 8],
    ['RELU(x)', 'unknown operator "RELU" at character 1; did you mean "relu"?', 1],
    [
      'unary(x)',
      'unknown operator "unary" at character 1; "unary" is a class of operators: this is a schema, not a single function',
      1,
    ],
  ])('refuses %j', (text, message, position) => {
    const error = errorOf(text);
    expect({ message: error.message, kind: error.kind, position: error.position }).toEqual({
      message,
      kind: 'expression',
      position,
    });
  });

  it('lists the operators where no name is near', () => {
    expect(errorOf('convolution(x)').message).toMatch(/the operators of all@1 are zero, one, .*, min_n$/);
  });

  it('knows only the operators that it is given', () => {
    expect(parseExpression('gelu(x)')).toEqual({ kind: 'call', operator: 'gelu', args: [X] });
    expect(errorOf('gelu(x)', STANDARD_OPERATORS).message).toMatch(/^unknown operator "gelu" at character 1/);
  });

  it('accepts a depth of 64 and 4,096 characters, and no more', () => {
    expect(countOperators(parseExpression(nested(64)))).toBe(64);
    expect(errorOf(nested(65)).message).toBe('the expression is nested deeper than 64 operators at character 321');
    expect(errorOf(nested(600)).message).toMatch(/deeper than 64/);
    expect(parseExpression('x'.padEnd(4096))).toEqual(X);
    expect(errorOf('x'.padEnd(4097)).message).toBe('the expression has 4097 characters; at most 4096 are allowed');
  });
});

describe('countOperators', () => {
  it.each([
    ['x', 0],
    ['relu(x)', 1],
    ['max(relu(x),cosh(elu(x)))', 4],
    ['sum_n(x,x,x)', 1],
  ])('%s has %i', (text, count) => {
    expect(countOperators(parseExpression(text))).toBe(count);
  });
});

describe('nearestNames', () => {
  it('counts a swap of neighbours as one edit', () => {
    expect(editDistance('rleu', 'relu')).toBe(1);
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('', 'abc')).toBe(3);
  });

  it('is a metric on short texts', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
      { numRuns },
    );
  });

  it('offers up to three of the nearest, and none for a name far from all', () => {
    expect(nearestNames('mix', ['min', 'max', 'mish'])).toEqual(['min', 'max']);
    expect(nearestNames('aaa', ['aab', 'aac', 'aad', 'aae'])).toEqual(['aab', 'aac', 'aad']);
    expect(nearestNames('qqqqqq', ['relu'])).toEqual([]);
    expect(nearestNames('r'.repeat(4000), ['relu'])).toEqual([]);
  });
});
