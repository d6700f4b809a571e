import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatExpression } from '../../src/domain/expression/expression.js';
import { ExpressionError } from '../../src/domain/expression/expression-error.js';
import { formatSchema, parseSchema, schemaInstance, schemaSize } from '../../src/domain/expression/schema.js';
import { ALL_OPERATORS, STANDARD_OPERATORS } from '../../src/domain/operators/index.js';
import type { OperatorSet } from '../../src/domain/operators/types.js';
import { golden } from '../support/golden.js';

interface GoldenSchemas {
  counts: Record<string, { rows: number }>;
  order_first_last: Record<string, string[]>;
  n_ary_first_last: string[];
}

const reference = golden<GoldenSchemas>('schema');

const instance = (schema: string, index: number | bigint, set: OperatorSet = ALL_OPERATORS): string =>
  formatExpression(schemaInstance(parseSchema(schema), set, index));

/** A small set, so that every instance can be enumerated. */
const SMALL: OperatorSet = {
  name: 'small',
  version: 1,
  unary: ALL_OPERATORS.unary.slice(0, 2),
  binary: ALL_OPERATORS.binary.slice(0, 3),
  nary: ALL_OPERATORS.nary.slice(0, 2),
};

const all = (schema: string, set: OperatorSet): string[] =>
  Array.from({ length: Number(schemaSize(parseSchema(schema), set)) }, (_, i) => instance(schema, i, set));

describe('schemaSize', () => {
  it.each(['unary(x)', 'unary(unary(x))', 'binary(unary(x),unary(x))'])('%s has the size of the original', (schema) => {
    expect(schemaSize(parseSchema(schema), ALL_OPERATORS)).toBe(BigInt(reference.counts[schema]!.rows));
  });

  it.each([
    ['unary(unary(unary(unary(x))))', 531_441n],
    ['unary(binary(unary(x),unary(x)))', 137_781n],
    ['binary(unary(unary(x)),unary(x))', 137_781n],
    ['binary(unary(x),unary(unary(x)))', 137_781n],
    ['n-ary(unary(x),unary(x),unary(x))', 78_732n],
    ['binary(unary(x),unary(x))', 5_103n],
    ['x', 1n],
    ['binary(x,x)', 7n],
  ])('%s has %i functions in the standard space', (schema, size) => {
    expect(schemaSize(parseSchema(schema), STANDARD_OPERATORS)).toBe(size);
  });

  it('is exact beyond 2^53', () => {
    const schema = `${'unary('.repeat(20)}x${')'.repeat(20)}`;
    expect(schemaSize(parseSchema(schema), ALL_OPERATORS)).toBe(31n ** 20n);
    expect(instance(schema, 31n ** 20n - 1n)).toBe(`${'gelu('.repeat(20)}x${')'.repeat(20)}`);
  });
});

describe('schemaInstance', () => {
  it.each(Object.entries(reference.order_first_last))('%s begins and ends as the original does', (schema, expected) => {
    const last = Number(schemaSize(parseSchema(schema), ALL_OPERATORS)) - 1;
    // The file names the first two, the one where the second slot from the right moves on (if there is one), and the last.
    const indices = expected.length === 3 ? [0, 1, last] : [0, 1, 31, last];
    expect(indices.map((i) => instance(schema, i))).toEqual(expected);
  });

  it('of n-ary begins and ends as the original does', () => {
    const schema = 'n-ary(unary(x),unary(x))';
    const last = schemaSize(parseSchema(schema), ALL_OPERATORS) - 1n;
    expect([0, 1, last].map((i) => instance(schema, i))).toEqual(reference.n_ary_first_last);
  });

  it('loops over n-ary slots outermost, then binary, then unary, left to right', () => {
    const expected: string[] = [];
    for (const nary of ['sum_n', 'prod_n']) {
      for (const binary of ['add', 'sub', 'mul']) {
        for (const first of ['zero', 'one']) {
          for (const second of ['zero', 'one']) {
            for (const third of ['zero', 'one'])
              expected.push(`${first}(${binary}(${second}(x),${nary}(x,${third}(x))))`);
          }
        }
      }
    }
    expect(all('unary(binary(unary(x),n-ary(x,unary(x))))', SMALL)).toEqual(expected);
  });

  it('gives every function of a schema once', () => {
    const names = all('unary(binary(unary(x),unary(unary(x))))', SMALL);
    expect(new Set(names).size).toBe(2 ** 4 * 3);
  });

  it('is the same for an index as number and as bigint', () => {
    const schema = 'unary(binary(unary(x),unary(x)))';
    fc.assert(
      fc.property(fc.nat(137_780), (i) => {
        expect(instance(schema, BigInt(i), STANDARD_OPERATORS)).toBe(instance(schema, i, STANDARD_OPERATORS));
      }),
    );
  });

  it.each([-1, 31, 0.5, Number.NaN, 31n, -1n])('refuses the index %s outside the schema', (index) => {
    expect(() => instance('unary(x)', index)).toThrow(
      new ExpressionError('schema', `unary(x) has 31 functions over all@1; there is none with index ${index}`),
    );
  });

  it('refuses every index where a class has no operators', () => {
    const none = { ...SMALL, name: 'none', nary: [] };
    expect(schemaSize(parseSchema('n-ary(x)'), none)).toBe(0n);
    expect(() => instance('n-ary(x)', 0, none)).toThrow('n-ary(x) has 0 functions over none@1');
  });
});

describe('parseSchema', () => {
  it('reads what formatSchema writes, and ignores white space', () => {
    const text = 'n-ary(unary(x), binary(x, unary(x)) ,x)';
    expect(formatSchema(parseSchema(text))).toBe('n-ary(unary(x),binary(x,unary(x)),x)');
  });

  it.each([
    ['relu(x)', 'expected unary, binary, n-ary or x at character 1 of the schema, found "relu"', 1],
    ['unary(unary(x)', 'expected "," or ")" at character 15, found the end', 15],
    ['binary(x)', 'binary takes 2 arguments, found 1, at character 1', 1],
    ['unary(unary(x,x))', 'unary takes 1 argument, found 2, at character 7', 7],
    ['unary(unary)', 'expected "(" after "unary" at character 7 of the schema', 7],
    ['x(x)', 'x takes no arguments, at character 1', 1],
    ['', 'expected a schema such as unary(x) at character 1, found the end', 1],
    ['n-ary()', 'expected an argument at character 7, found ")"', 7],
  ])('refuses %j', (text, message, position) => {
    expect(() => parseSchema(text)).toThrow(
      expect.objectContaining({ name: 'ExpressionError', kind: 'schema', message, position }),
    );
  });
});
