import { describe, expect, it } from 'vitest';
import { MAX_ATTEMPTS } from '../../src/domain/trial.js';
import { addTrials, claimed, hashOf, newStudy, run, useStore } from './test-store.js';

describe('retrainings', () => {
  const store = useStore();
  const wanted = (hashes: readonly string[], seeds: readonly number[]) =>
    hashes.flatMap((hash) => seeds.map((seed) => ({ hash, seed })));

  it('are owed once, not where the run is there, and settled one by one', async () => {
    const [a, b] = (await addTrials(store(), 'once', 0, 2)) as [string, string];
    const token = await claimed(store(), 'once', a, 1);
    await store().results.report('once', a, token, run(0.5, { seed: 3 }));
    const { retrainings } = store();
    expect(await retrainings.owe('once', wanted([a, b], [3, 4]))).toBe(3);
    expect(await retrainings.owe('once', wanted([a, b], [3, 4, 5]))).toBe(2);
    const owed = await retrainings.allOwed('once', 10);
    expect(owed.map(({ hash, seed }) => [hash, seed])).toEqual([
      [a, 4],
      [a, 5],
      [b, 3],
      [b, 4],
      [b, 5],
    ]);
    expect(await retrainings.allOwed('once', 2)).toHaveLength(2);
    await retrainings.settle('once', a, 4);
    await retrainings.settle('once', a, 4);
    expect(await retrainings.owed('once', a, 4)).toBeNull();
    expect(await retrainings.counts('once')).toEqual({ owed: 4, failed: 0 });
    expect(await retrainings.counts('other')).toEqual({ owed: 0, failed: 0 });
  });

  it('owed by several at once are owed once', async () => {
    const hashes = Array.from({ length: 30 }, (_, i) => hashOf(100 + i));
    const counts = await Promise.all(
      Array.from({ length: 4 }, () => store().retrainings.owe('crowd', wanted(hashes, [0, 1]))),
    );
    expect(counts.reduce((sum, count) => sum + count)).toBe(60);
  });

  it('fail after the last attempt; wanting them again gives all attempts under a new generation', async () => {
    const { retrainings } = store();
    const hash = hashOf(7);
    await retrainings.owe('failing', wanted([hash], [0]));
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt++) {
      expect(await retrainings.fail('failing', hash, 0, `no ${attempt}`)).toBe(true);
    }
    expect(await retrainings.fail('failing', hash, 0, 'no more')).toBe(false);
    expect(await retrainings.counts('failing')).toEqual({ owed: 0, failed: 1 });
    expect(await retrainings.failures('failing', 5)).toMatchObject([{ hash, seed: 0, error: 'no more' }]);
    expect(await retrainings.raiseGeneration('failing', hash, 0, 0)).toBeUndefined();

    expect(await retrainings.owe('failing', wanted([hash], [0]))).toBe(1);
    expect(await retrainings.owed('failing', hash, 0)).toMatchObject({ attempts: 0, error: null, generation: 2 });
    const raised = await Promise.all([1, 2].map(() => retrainings.raiseGeneration('failing', hash, 0, 2)));
    expect(raised).toEqual([3, 3]);
  });

  it('go with a cleaned and with a deleted study', async () => {
    const { retrainings, trials, studies } = store();
    for (const study of ['cleaned', 'deleted', 'kept']) {
      await studies.create(newStudy(study));
      await retrainings.owe(study, wanted([hashOf(1)], [0]));
    }
    await trials.clean('cleaned');
    await studies.delete('deleted');
    expect(await retrainings.counts('cleaned')).toEqual({ owed: 0, failed: 0 });
    expect(await retrainings.counts('deleted')).toEqual({ owed: 0, failed: 0 });
    expect(await retrainings.counts('kept')).toEqual({ owed: 1, failed: 0 });
  });
});
