import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FunctionEnumerator, type FunctionSource } from '../../../src/domain/enumeration/enumerator.js';
import { type FunctionBatch, unpackBatch } from '../../../src/domain/enumeration/function-batch.js';
import { countOperators, formatExpression, parseExpression } from '../../../src/domain/expression/expression.js';
import { rankOf } from '../../../src/domain/expression/rank.js';
import { parseSchema, schemaInstance, schemaSize } from '../../../src/domain/expression/schema.js';
import { canonicalHash } from '../../../src/domain/features/canonical-hash.js';
import { isUsable, outputFeatures } from '../../../src/domain/features/output-features.js';
import { ALL_OPERATORS, STANDARD_OPERATORS } from '../../../src/domain/operators/index.js';
import type { OperatorSet } from '../../../src/domain/operators/types.js';
import { wasmEnumerationKernels } from '../../../src/kernels/function-vectors.js';
import { SPACE_PRESETS } from '../../../src/producers/spaces/space-entries.js';
import { testSize } from '../../support/test-size.js';

const SCHEMAS = [
  ...SPACE_PRESETS.standard!,
  'x',
  'unary(x)',
  'unary(binary(x,x))',
  'binary(x,unary(x))',
  'n-ary(x,binary(x,unary(x)),unary(x),x)',
  'binary(unary(unary(x)),binary(unary(unary(x)),unary(unary(x))))',
  'unary(unary(unary(unary(unary(unary(unary(unary(unary(unary(x))))))))))',
];

/** Name by name, as the package root offers it. */
function plain(names: readonly string[], set: OperatorSet) {
  return names.map((name) => {
    const outputs = outputFeatures(name, set);
    return { name, hash: canonicalHash(outputs), usable: isUsable(outputs) };
  });
}

const byName = ({ names, classOf, hashes, usable }: FunctionBatch) =>
  names.map((name, i) => ({ name, hash: hashes[classOf[i]!]!, usable: usable[classOf[i]!]! }));

describe.each([
  ['plain', {}],
  ['with kernels', wasmEnumerationKernels()],
])('enumeration, %s,', (_, kernels) => {
  // One for all cases, so that what it remembers of one range is used, or misused, by others.
  const enumerator = new FunctionEnumerator(kernels);

  it.each(SCHEMAS)('of %s gives names, hashes and usability as each function alone does', (schema) => {
    const property = fc.property(
      fc.constantFrom(STANDARD_OPERATORS, ALL_OPERATORS),
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      fc.integer({ min: 1, max: 40 }),
      (set, place, length) => {
        const size = schemaSize(parseSchema(schema), set);
        const from = Math.floor(place * Number(size > 2n ** 50n ? 2n ** 50n : size));
        const to = Number(BigInt(from + length) < size ? BigInt(from + length) : size);
        const names = Array.from({ length: to - from }, (_, i) =>
          formatExpression(schemaInstance(parseSchema(schema), set, from + i)),
        );
        expect(byName(enumerator.enumerate({ schema }, set, from, to))).toEqual(plain(names, set));
      },
    );
    fc.assert(property, { numRuns: testSize({ small: 12, full: 500 }) });
  });

  it('gives the same however a space is divided', () => {
    const source = { schema: 'unary(binary(unary(x),unary(x)))' };
    const whole = byName(enumerator.enumerate(source, STANDARD_OPERATORS, 40_000, 44_000));
    const parts = [40_000, 40_001, 41_234, 44_000].flatMap((from, i, all) =>
      i + 1 < all.length
        ? byName(new FunctionEnumerator().enumerate(source, STANDARD_OPERATORS, from, all[i + 1]!))
        : [],
    );
    expect(parts).toEqual(whole);
  });

  it('gives the same for more arguments than are kept', () => {
    const source = { schema: 'unary(unary(unary(unary(x))))' };
    const from = 11 * 19_683;
    const found = byName(enumerator.enumerate(source, STANDARD_OPERATORS, from, from + 12_000));
    expect(new Set(found.map(({ hash }) => hash)).size).toBeGreaterThan(4000);
    const some = found.filter((_, i) => i % 60 === 0);
    expect(some).toEqual(
      plain(
        some.map(({ name }) => name),
        STANDARD_OPERATORS,
      ),
    );
  });

  it('gives each class once, with the smallest rank of its names', () => {
    const batch = enumerator.enumerate({ schema: 'unary(unary(x))' }, STANDARD_OPERATORS, 0, 729);
    expect(new Set(batch.hashes).size).toBe(batch.hashes.length);
    batch.hashes.forEach((_, place) => {
      const ranks = batch.names
        .filter((_, i) => batch.classOf[i] === place)
        .map((name) => rankOf(name, countOperators(parseExpression(name))));
      expect(batch.ranks[place]).toBe(ranks.sort()[0]);
    });
  });

  it('gives hashes in the order of their first 32 bits, and packed what it gives unpacked', () => {
    const source = { schema: 'binary(unary(x),unary(x))' };
    const batch = enumerator.enumerate(source, STANDARD_OPERATORS, 100, 3000);
    const leading = batch.hashes.map((hash) => hash.slice(0, 8));
    expect(leading).toEqual(leading.toSorted());
    const packed = enumerator.enumeratePacked(source, STANDARD_OPERATORS, 100, 3000);
    expect(unpackBatch(structuredClone(packed))).toEqual(batch);
  });

  it('of names reads each with the operators given', () => {
    const names = ['relu(x)', 'max( x, zero(x) )', 'mish(x)'];
    const batch = enumerator.enumerate({ names }, ALL_OPERATORS, 0, 3);
    expect(batch.names).toEqual(['relu(x)', 'max(x,zero(x))', 'mish(x)']);
    const [relu, max, mish] = batch.classOf;
    expect(max).toBe(relu);
    expect(mish).toBe(1 - relu!);
    expect(batch.ranks[relu!]).toBe(rankOf('relu(x)', 1));
  });

  it('keeps outputs for operators of one’s own only', () => {
    const twice = { name: 'twice', arity: 1, evaluate: (x: number) => 2 * x, tensor: () => null as never } as const;
    const set: OperatorSet = {
      ...STANDARD_OPERATORS,
      name: 'mine',
      unary: [...STANDARD_OPERATORS.unary, twice],
      own: new Set(['twice']),
    };
    const batch = enumerator.enumerate({ schema: 'unary(x)' }, set, 0, 28);
    batch.names.forEach((name, i) => {
      expect(batch.outputs?.[batch.classOf[i]!]).toEqual(outputFeatures(name, set));
    });
    expect(enumerator.enumerate({ schema: 'unary(x)' }, STANDARD_OPERATORS, 0, 27).outputs).toBeUndefined();
  });

  it.each([
    [{ schema: 'unary(x)' }, 0, 28],
    [{ schema: 'unary(x)' }, -1, 2],
    [{ names: ['relu(x)'] }, 0, 2],
  ] as Array<[FunctionSource, number, number]>)('refuses functions of %j that are not there', (source, from, to) => {
    expect(() => enumerator.enumerate(source, STANDARD_OPERATORS, from, to)).toThrow(RangeError);
  });

  it('counts 5,103 functions in binary(unary(x),unary(x)), of which 2,792 differ', () => {
    const batch = enumerator.enumerate({ schema: 'binary(unary(x),unary(x))' }, STANDARD_OPERATORS, 0, 5103);
    expect(new Set(batch.names).size).toBe(5103);
    expect(batch.hashes).toHaveLength(2792);
  });
});

describe('in the order that shares work', () => {
  const enumerator = new FunctionEnumerator(wasmEnumerationKernels());
  const set: OperatorSet = { ...STANDARD_OPERATORS, unary: STANDARD_OPERATORS.unary.slice(5, 12) };

  it.each([
    'unary(x)',
    'unary(unary(unary(x)))',
    'unary(binary(unary(x),unary(x)))',
    'unary(n-ary(x,unary(x)))',
    'binary(unary(x),unary(x))',
  ])('%s has each function once, however it is divided', (schema) => {
    const size = Number(schemaSize(parseSchema(schema), set));
    const expected = byName(enumerator.enumerate({ schema }, set, 0, size));
    for (const range of [1, 7, 100, 333].filter((range) => size / range < 1000)) {
      const starts = Array.from({ length: Math.ceil(size / range) }, (_, i) => range * i);
      const found = starts.flatMap((from) =>
        byName(enumerator.enumerate({ schema, sharing: true }, set, from, Math.min(from + range, size))),
      );
      const sorted = (functions: typeof found) => functions.toSorted((a, b) => (a.name < b.name ? -1 : 1));
      expect(sorted(found)).toEqual(sorted(expected));
    }
  });

  it('a range applies all outermost operators to few arguments, and has them one after the other', () => {
    const { names } = enumerator.enumerate({ schema: 'unary(unary(unary(x)))', sharing: true }, set, 70, 84);
    const parts = names.map((name) => [name.slice(0, name.indexOf('(')), name.slice(name.indexOf('(') + 1, -1)]);
    expect(parts.map(([outermost]) => outermost)).toEqual(set.unary.flatMap(({ name }) => [name, name]));
    expect(new Set(parts.map(([, argument]) => argument)).size).toBe(2);
  });

  it('gives smallest ranks and packs as by index', () => {
    const source = { schema: 'unary(unary(x))', sharing: true };
    const batch = enumerator.enumerate(source, set, 0, 49);
    const byIndex = enumerator.enumerate({ schema: source.schema }, set, 0, 49);
    expect(batch.hashes).toEqual(byIndex.hashes);
    expect(batch.ranks).toEqual(byIndex.ranks);
    expect(unpackBatch(structuredClone(enumerator.enumeratePacked(source, set, 0, 49)))).toEqual(batch);
  });
});

describe('a sample', () => {
  const schema = 'binary(unary(unary(x)),binary(unary(unary(x)),unary(unary(x))))';
  const enumerator = new FunctionEnumerator();

  it('is one of distinct functions, the same for any division into ranges', () => {
    const source = { schema, sampleSeed: 7 };
    const whole = enumerator.enumerate(source, STANDARD_OPERATORS, 0, 300);
    expect(new Set(whole.names).size).toBe(300);
    const parts = [0, 100, 200].flatMap((from) =>
      byName(new FunctionEnumerator().enumerate(source, STANDARD_OPERATORS, from, from + 100)),
    );
    expect(parts).toEqual(byName(whole));
    expect(byName(whole)).toEqual(plain(whole.names, STANDARD_OPERATORS));
  });

  it('depends on its seed', () => {
    const names = [1, 2].map(
      (sampleSeed) => enumerator.enumerate({ schema, sampleSeed }, STANDARD_OPERATORS, 0, 50).names,
    );
    expect(names[0]).not.toEqual(names[1]);
  });

  it('of all is all', () => {
    const all = enumerator.enumerate({ schema: 'unary(unary(x))', sampleSeed: 1 }, STANDARD_OPERATORS, 0, 729);
    expect(new Set(all.names).size).toBe(729);
  });

  it('reaches schemas beyond 2^53', () => {
    const deep = `${'unary('.repeat(30)}x${')'.repeat(30)}`;
    const { names } = enumerator.enumerate({ schema: deep, sampleSeed: 3 }, ALL_OPERATORS, 0, 20);
    expect(new Set(names).size).toBe(20);
    expect(names.map((name) => countOperators(parseExpression(name)))).toEqual(Array(20).fill(30));
  });
});
