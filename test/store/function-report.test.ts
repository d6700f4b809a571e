import { describe, expect, test } from 'vitest';
import { canonicalHash } from '../../src/domain/canonical-hash.js';
import { outputFeatures } from '../../src/domain/output-features.js';
import { rankOf } from '../../src/domain/rank.js';
import { functionReport } from '../../src/store/function-report.js';
import { batchOf, useStore } from './test-store.js';

const store = useStore();

const addNames = (names: readonly string[]): Promise<void> => {
  const hash = canonicalHash(outputFeatures(names[0]!));
  const records = names.map((name) => ({
    name,
    hash,
    rank: rankOf(name, name.split('(').length - 1),
    usable: true,
  }));
  return store().functions.storeRange('space-a', batchOf(records));
};

describe('functionReport', () => {
  test('classes aliases relative to the representative', async () => {
    await addNames(['relu(x)', 'max(x,zero(x))', 'identity(relu(x))', 'mine@1/rect(x)']);
    const { representative, aliases } = await functionReport(store(), 'max(x, zero(x))');
    expect(representative).toBe('relu(x)');
    expect(aliases).toEqual([
      { name: 'identity(relu(x))', class: 'equal' },
      { name: 'max(x,zero(x))', class: 'kink', at: 0 },
      { name: 'mine@1/rect(x)', class: null },
      { name: 'relu(x)', class: 'equal' },
    ]);
  });

  test('lists no more aliases than asked for, and counts all', async () => {
    const { aliases, aliasCount } = await functionReport(store(), 'relu(x)', 2);
    expect(aliases.map(({ name }) => name)).toEqual(['identity(relu(x))', 'max(x,zero(x))']);
    expect(aliasCount).toBe(4);
  });

  test('tells a form that cancels', async () => {
    await addNames(['erfc(x)', 'sub(one(x),erf(x))']);
    const { aliases } = await functionReport(store(), 'erfc(x)');
    expect(aliases[1]).toMatchObject({ class: 'cancellation', at: expect.any(Number) });
  });

  test('of a function that the database does not know has no aliases', async () => {
    expect(await functionReport(store(), 'cosh(erfc(x))')).toMatchObject({
      representative: 'cosh(erfc(x))',
      aliases: [],
      aliasCount: 0,
    });
  });

  test('has slopes on the samples, and says why a function is not normalized', async () => {
    const { derivative, normalization, asymptotes, statistics } = await functionReport(undefined, 'pow(x,sigmoid(x))');
    expect(derivative.slopes).toHaveLength(1000);
    expect(derivative.statistics.monotone).toBeNull();
    expect(normalization).toEqual({ reason: expect.stringMatching(/^it is not a number \(NaN\) at x = -/) });
    expect(asymptotes.right).toEqual({ kind: 'linear', slope: 1, intercept: 0 });
    expect(statistics.nan).toBeGreaterThan(0);
  });
});
