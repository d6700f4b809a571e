import { describe, expect, it } from 'vitest';
import { STANDARD_OPERATORS } from '../../src/domain/operators/index.js';
import { sampleSpace, schemaSpace } from '../../src/producers/spaces/spaces.js';

const DEEP = 'binary(unary(unary(x)),binary(unary(unary(x)),unary(unary(x))))';
const HUGE = `${'unary('.repeat(20)}x${')'.repeat(20)}`;

describe('sampleSpace', () => {
  it('is a space of its own for each schema, number and seed', () => {
    const spaces = [
      sampleSpace(DEEP, STANDARD_OPERATORS, { count: 100 }),
      sampleSpace(DEEP, STANDARD_OPERATORS, { count: 100, seed: 1 }),
      sampleSpace(DEEP, STANDARD_OPERATORS, { count: 101 }),
      sampleSpace(HUGE, STANDARD_OPERATORS, { count: 100 }),
      schemaSpace(DEEP, STANDARD_OPERATORS),
    ];
    expect(new Set(spaces.map(({ _id }) => _id)).size).toBe(5);
    expect(spaces[0]).toMatchObject({ schema: DEEP, sample: { seed: 0 }, size: '100' });
    expect(sampleSpace(DEEP, STANDARD_OPERATORS, { count: 100, seed: 0 })).toEqual(spaces[0]);
  });

  it('samples what is too large to be enumerated', () => {
    expect(schemaSpace(DEEP, STANDARD_OPERATORS).size).toBe('18983603961');
    expect(() => schemaSpace(HUGE, STANDARD_OPERATORS)).toThrow(
      /has 42391158275216203514294433201 functions.*--sample/,
    );
    expect(sampleSpace(HUGE, STANDARD_OPERATORS, { count: 1e6 }).size).toBe('1000000');
  });

  it.each([0, 28, 1.5, Number.NaN])('refuses %s of 27 functions', (count) => {
    expect(() => sampleSpace('unary(x)', STANDARD_OPERATORS, { count })).toThrow(/whole number from 1 to 27/);
  });

  it('refuses a seed that is no whole number', () => {
    expect(() => sampleSpace('unary(x)', STANDARD_OPERATORS, { count: 1, seed: -1 })).toThrow(/seed of a sample is -1/);
  });
});
