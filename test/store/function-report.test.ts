import { describe, expect, test } from 'vitest';
import { storedRank } from '../../src/domain/expression/stored-name.js';
import { canonicalHash } from '../../src/domain/features/canonical-hash.js';
import { outputFeatures } from '../../src/domain/features/output-features.js';
import { buildOperatorSet } from '../../src/domain/operators/own-operators.js';
import { functionReport } from '../../src/store/reports/function-report.js';
import { batchOf, useStore } from './test-store.js';

const store = useStore();

const addNames = (names: readonly string[]): Promise<void> => {
  const hash = canonicalHash(outputFeatures(names[0]!));
  const records = names.map((name) => ({
    name,
    hash,
    rank: storedRank(name),
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
      { name: 'mine@1/rect(x)', class: null, reason: 'it is of the operators mine@1' },
      { name: 'relu(x)', class: 'equal' },
    ]);
  });

  test('lists no more aliases than asked for, and counts all', async () => {
    const { aliases, aliasCount } = await functionReport(store(), 'relu(x)', { maxAliases: 2 });
    expect(aliases.map(({ name }) => name)).toEqual(['identity(relu(x))', 'max(x,zero(x))']);
    expect(aliasCount).toBe(4);
  });

  test('reads operators of one’s own, and classes their aliases', async () => {
    const tensor = () => null as never;
    const rect = { name: 'rect', evaluate: (x: number) => (x > 0 ? x : 0), tensor };
    // As relu on the samples, and another function beyond them.
    const clipped = { name: 'clipped', evaluate: (x: number) => Math.min(3, Math.max(0, x)), tensor };
    const operators = buildOperatorSet({ name: 'mine', version: 1, unary: [rect, clipped] }, 'source');
    await addNames(['relu(x)', 'mine@1/rect(x)', 'mine@1/clipped(x)', 'mine@2/rect(x)']);
    const report = await functionReport(store(), 'rect(x)', { operators });
    expect(report).toMatchObject({ fn: 'rect(x)', representative: 'relu(x)' });
    const byName = Object.fromEntries(report.aliases.map(({ name, ...rest }) => [name, rest]));
    expect(byName).toMatchObject({
      // Its numeric derivative at 0 is ½, that of relu 0.
      'rect(x)': { class: 'kink', at: 0 },
      'clipped(x)': { class: 'undecided', at: expect.any(Number) },
      'mine@2/rect(x)': { class: null, reason: 'it is of the operators mine@2' },
    });
    expect(Math.abs(byName['clipped(x)']!.at!)).toBeGreaterThan(3);
  });

  test('compares with the function itself where the representative cannot be read', async () => {
    const names = ['other@1/f(x)', 'other@2/g(x)'];
    const hash = canonicalHash(outputFeatures('tanh(sinh(x))'));
    const records = names.map((name) => ({ name, hash, rank: storedRank(name), usable: true }));
    await store().functions.storeRange('space-b', batchOf(records));
    const { representative, aliases } = await functionReport(store(), 'tanh(sinh(x))');
    expect(representative).toBe('other@1/f(x)');
    expect(aliases.map(({ reason }) => reason)).toEqual([
      'it is of the operators other@1',
      'it is of the operators other@2',
    ]);
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
