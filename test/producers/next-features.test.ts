import { describe, expect, test } from 'vitest';
import { mean } from '../../src/domain/averages.js';
import { parseExpression } from '../../src/domain/expression/expression.js';
import { rankOf } from '../../src/domain/expression/rank.js';
import { canonicalHash } from '../../src/domain/features/canonical-hash.js';
import { isUsable, outputFeatures } from '../../src/domain/features/output-features.js';
import { oweFisher } from '../../src/producers/fisher/fisher.js';
import type { Pipeline } from '../../src/queues/pipeline.js';
import { batchOf, newStudy, run, settings, useStore } from '../store/test-store.js';

const store = useStore();
const UNARY = ['relu', 'tanh', 'erf', 'swish', 'elu', 'abs', 'square', 'softplus', 'sigmoid', 'cosh', 'sinh', 'arctan'];
const NAMES = ['max', 'min', 'add', 'mul'].flatMap((b) =>
  UNARY.flatMap((u) => UNARY.map((v) => `${b}(${u}(x),${v}(x))`)),
);

/** Functions with a slope of about 1 at the right are good here. */
const goodness = (name: string): number => {
  const outputs = outputFeatures(name);
  const largest = outputs.reduce((a, b) => Math.max(a, b));
  return 1 / (1 + Math.abs(largest - 2.7));
};

describe('the functions that get Fisher features next', () => {
  async function study(name: string): Promise<Map<string, string>> {
    await store().studies.create(newStudy(name, { baselines: [canonicalHash(outputFeatures(NAMES[0]!))] }));
    const named = [...NAMES, 'relu(x)'].map((text) => {
      const outputs = outputFeatures(parseExpression(text));
      return { name: text, hash: canonicalHash(outputs), rank: rankOf(text, 3), usable: isUsable(outputs) };
    });
    await store().functions.storeRange('schema-0123456789ab', batchOf(named));
    return new Map(named.filter(({ usable }) => usable).map(({ name: text, hash }) => [hash, text]));
  }
  const owing = (name: string, options: { next?: number; limit?: number }) =>
    oweFisher({ store: store() } as Pipeline, name, options);
  const compute = async (name: string) => {
    const owed = await store().fisher.owed(name);
    for (const { hash, fisher } of owed) {
      const features = new Uint16Array([1, 65535]);
      await store().fisher.record(
        name,
        hash,
        { batch: fisher.job! },
        { state: 'defined', features, settings, seconds: 1 },
      );
    }
    return owed.map(({ hash }) => hash);
  };

  test('are random before there are results, then better than random, and never asked twice', async () => {
    const names = await study('next');
    expect(await owing('next', { next: 20 })).toBe(21);
    const first = await compute('next');
    for (const [i, hash] of first.entries()) {
      const fn = names.get(hash)!;
      const claim = await store().leases.claim('next', hash, { number: i + 1, owner: 'w', leaseMs: 60_000, fn });
      if (claim.outcome !== 'claimed') throw new Error(claim.outcome);
      await store().results.report('next', hash, claim.lease.token, run(goodness(fn)));
    }
    expect(await owing('next', { next: 24 })).toBe(24);
    const second = await compute('next');
    expect(second.some((hash) => first.includes(hash))).toBe(false);
    const meanGoodness = (hashes: Iterable<string>) => mean(Array.from(hashes, (hash) => goodness(names.get(hash)!)));
    expect(meanGoodness(second)).toBeGreaterThan(1.3 * meanGoodness(names.keys()));
    expect(second.every((hash) => names.has(hash))).toBe(true);
  });

  test('are all that is left when more are wanted', async () => {
    const names = await study('rest');
    await owing('rest', { next: 5 });
    for (const [i, hash] of (await compute('rest')).entries()) {
      const claim = await store().leases.claim('rest', hash, { number: i + 1, owner: 'w', leaseMs: 60_000, fn: 'x' });
      if (claim.outcome !== 'claimed') throw new Error(claim.outcome);
      await store().results.report('rest', hash, claim.lease.token, run(0.5));
    }
    expect(await owing('rest', { next: 5000 })).toBe(names.size - 6);
    expect(await owing('rest', { next: 10 })).toBe(0);
  });
});
