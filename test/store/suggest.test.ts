import { describe, expect, test } from 'vitest';
import { rankOf } from '../../src/domain/expression/rank.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { adaptRegressor } from '../../src/domain/surrogate/regressors/regressor.js';
import { PAPER_SURROGATE, type SurrogateSettings } from '../../src/domain/surrogate/settings.js';
import type { StudyDoc } from '../../src/store/documents.js';
import { predictorWith, suggest, suggestAndClaim } from '../../src/store/suggest/suggest.js';
import { testSize } from '../support/test-size.js';
import { addTrials, batchOf, claimed, hashOf, newStudy, run, useStore } from './test-store.js';

const store = useStore();
const PROCESS: SurrogateSettings = { regressor: 'gaussian-process', acquisition: 'ucb', places: 'plane' };

/** A study whose function i lies at (i, 0), baselines 0 to `baselines`. */
async function studyOf(name: string, functions: number, changes: Partial<StudyDoc> = {}): Promise<StudyDoc> {
  const study = newStudy(name, { baselines: [], ...changes });
  await store().studies.create(study);
  const all = Array.from({ length: functions }, (_, i) => i);
  const named = all.map((i) => ({ name: `f${i}(x)`, hash: hashOf(i), rank: rankOf(`f${i}(x)`, 1), usable: true }));
  await store().functions.storeRange('schema-0123456789ab', batchOf(named));
  await addTrials(store(), name, 0, functions);
  return study;
}

async function placeOnLine(study: string, functions: number): Promise<void> {
  const all = Array.from({ length: functions }, (_, i) => i);
  // In any order: rows are sorted by hash when they are read.
  const order = new SeededRandom(study).shuffle(all);
  const points = Float32Array.from(order.flatMap((i) => [i, 0]));
  await store().embeddings.put(study, { version: functions, hashes: order.map(hashOf), points });
}

async function finish(study: string, hash: string, number: number, valAcc: number): Promise<void> {
  const token = await claimed(store(), study, hash, number);
  await store().results.report(study, hash, token, run(valAcc));
}

const slot = (number?: number) => ({ owner: 'w', leaseMs: 60_000, ...(number === undefined ? {} : { number }) });

describe('a suggestion', () => {
  test('takes baselines first, then what the neighbours promise, and knows results at once', async () => {
    const study = await studyOf('order', 30, { baselines: [hashOf(3), hashOf(25)] });
    await placeOnLine('order', 30);
    const first = await suggestAndClaim(store(), study, slot(1));
    if (first.outcome !== 'claimed') throw new Error(first.outcome);
    expect([hashOf(3), hashOf(25)]).toContain(first.claim.hash);
    await store().results.report('order', first.claim.hash, first.claim.lease.token, run(0.5));
    const second = await suggest(store(), study);
    expect(new Set([second, first.claim.hash])).toEqual(new Set(study.baselines));
    await finish('order', second!, 2, 0.5);

    await finish('order', hashOf(10), 3, 0.9);
    await finish('order', hashOf(11), 4, 0.9);
    await finish('order', hashOf(12), 5, 0.9);
    const near = await suggest(store(), study);
    expect([8, 9, 13, 14].map(hashOf)).toContain(near);
    expect(await suggest(store(), study)).toBe(near);
    // A better place appears.
    for (const [k, i] of [18, 19, 20].entries()) await finish('order', hashOf(i), 6 + k, 0.95);
    expect([16, 17, 21, 22].map(hashOf)).toContain(await suggest(store(), study));
  });

  test('follows a newer plane, and forgets one that was cleared', async () => {
    const study = await studyOf('planes', 20);
    await placeOnLine('planes', 20);
    for (const [k, i] of [0, 1, 2, 10, 11, 12].entries()) {
      await finish('planes', hashOf(i), k + 1, i < 3 ? 0.9 : 0.1);
    }
    expect([3, 4].map(hashOf)).toContain(await suggest(store(), study));
    // Now function 15 lies where the good ones are.
    const hashes = Array.from({ length: 20 }, (_, i) => hashOf(i));
    const points = Float32Array.from(hashes.flatMap((_, i) => [i === 15 ? 1 : i < 3 ? i : 50 + i, 0]));
    await store().embeddings.put('planes', { version: 21, hashes, points });
    expect(await suggest(store(), study)).toBe(hashOf(15));
    await store().embeddings.clear('planes');
    const drawn = new Set<string | undefined>();
    for (let number = 7; number < 40; number++) drawn.add(await suggest(store(), study, { number }));
    expect(drawn.size).toBeGreaterThan(5);
  });

  test('offers functions that have no place only when a random one is wanted, and at the end', async () => {
    const study = await studyOf('late', 8);
    await placeOnLine('late', 6);
    for (let number = 1; number <= 3; number++) await finish('late', hashOf(number - 1), number, 0.5);
    for (let number = 4; number <= 6; number++) {
      const { claim } = (await suggestAndClaim(store(), study, slot(number))) as { claim: { hash: string } };
      expect([3, 4, 5].map(hashOf)).toContain(claim.hash);
    }
    const last = [await suggestAndClaim(store(), study, slot()), await suggestAndClaim(store(), study, slot())];
    const hashes = last.map((outcome) => (outcome.outcome === 'claimed' ? outcome.claim.hash : outcome.outcome));
    expect(new Set(hashes)).toEqual(new Set([hashOf(6), hashOf(7)]));
    expect(await suggestAndClaim(store(), study, slot())).toEqual({ outcome: 'none' });
    expect(await suggest(store(), study)).toBeUndefined();
  });

  test('never offers a function whose Fisher features are being computed again', async () => {
    const study = await studyOf('again', 6);
    await placeOnLine('again', 6);
    for (let number = 1; number <= 3; number++) await finish('again', hashOf(number - 1), number, 0.5);
    const settings = study.fisher;
    await store().fisher.owe('again', [{ hash: hashOf(3) }], {
      ...{ batch: 'new', generation: 0, settings },
      fromScratch: true,
    });
    const taken = await Promise.all([4, 5].map((number) => suggestAndClaim(store(), study, slot(number))));
    const hashes = taken.map((outcome) => (outcome.outcome === 'claimed' ? outcome.claim.hash : outcome.outcome));
    expect(new Set(hashes)).toEqual(new Set([hashOf(4), hashOf(5)]));
    expect(await suggestAndClaim(store(), study, slot(6))).toEqual({ outcome: 'none' });
  });

  test('of a taken number is refused; without a number it takes the lowest free one', async () => {
    const study = await studyOf('numbers', 6);
    await finish('numbers', hashOf(0), 1, 0.5);
    await finish('numbers', hashOf(1), 3, 0.5);
    expect(await suggestAndClaim(store(), study, slot(3))).toEqual({ outcome: 'number-taken' });
    expect(await suggestAndClaim(store(), study, slot())).toMatchObject({ claim: { number: 2 } });
    expect(await suggestAndClaim(store(), study, slot())).toMatchObject({ claim: { number: 4 } });
  });

  test('is made by the regressor and the acquisition that the study names, or by an object of the caller', async () => {
    const study = await studyOf('regressors', 40);
    await placeOnLine('regressors', 40);
    for (const [k, i] of [4, 5, 6, 30, 31, 32].entries()) {
      await finish('regressors', hashOf(i), k + 1, i < 10 ? 0.8 : 0.2);
    }
    const asked = async (changes: Partial<StudyDoc>) => suggest(store(), { ...study, ...changes });
    for (const regressor of ['random-forest', 'gaussian-process'] as const) {
      const hash = await asked({ surrogate: { ...PAPER_SURROGATE, regressor } });
      expect(Number.parseInt(hash!, 16)).toBeLessThan(19);
    }
    const explorer = await asked({ surrogate: PROCESS });
    expect(explorer).toBeDefined();
    const own = { fit: () => undefined, predict: (rows: number[][]) => rows.map(([x = 0]) => -Math.abs(x - 20)) };
    expect(await suggest(store(), study, { predictor: predictorWith(adaptRegressor(own)) })).toBe(hashOf(20));
    const task = { surrogate: { ...PAPER_SURROGATE, regressor: 'task' } } as const;
    await expect(asked(task)).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('sixteen workers that ask at once', () => {
  test('get different functions until none is left, and none before', async () => {
    const rounds = testSize({ small: 2, full: 20 });
    for (let round = 0; round < rounds; round++) {
      const name = `sixteen-${round}`;
      const functions = 80;
      const settings = { baselines: [hashOf(0), hashOf(1)], seed: round };
      const study = await studyOf(name, functions, { ...settings, ...(round % 2 === 1 ? { surrogate: PROCESS } : {}) });
      await placeOnLine(name, functions - 5);
      const taken: string[] = [];
      let none = 0;
      const worker = async () => {
        for (;;) {
          const outcome = await suggestAndClaim(store(), study, slot());
          if (outcome.outcome !== 'claimed') {
            none += outcome.outcome === 'none' ? 1 : 0;
            return;
          }
          const { hash, lease } = outcome.claim;
          taken.push(hash);
          if (taken.length % 2 === 0) await store().results.report(name, hash, lease.token, run(taken.length / 100));
        }
      };
      await Promise.all(Array.from({ length: 16 }, worker));
      expect(taken).toHaveLength(functions);
      expect(new Set(taken).size).toBe(functions);
      expect(none).toBe(16);
    }
  });

  test.each([
    ['knn', 'greedy'],
    ['random-forest', 'ei'],
    ['gaussian-process', 'ucb'],
  ] as const)(
    'with numbers of their own get all sixteen at the first asking: %s, %s',
    async (regressor, acquisition) => {
      const name = `burst-${regressor}`;
      const study = await studyOf(name, 60, { surrogate: { ...PAPER_SURROGATE, regressor, acquisition } });
      await placeOnLine(name, 60);
      for (let number = 1; number <= 6; number++) await finish(name, hashOf(number * 9), number, number / 10);
      const outcomes = await Promise.all(
        Array.from({ length: 16 }, (_, i) => suggestAndClaim(store(), study, slot(7 + i))),
      );
      const hashes = outcomes.map((outcome) => (outcome.outcome === 'claimed' ? outcome.claim.hash : outcome.outcome));
      expect(new Set(hashes).size).toBe(16);
      expect(hashes).not.toContain('none');
    },
  );
});
