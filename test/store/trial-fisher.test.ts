import { describe, expect, test } from 'vitest';
import { addTrials, claimed, hashOf, newStudy, run, settings, useStore } from './test-store.js';

const store = useStore();
const entries = (...numbers: number[]) => numbers.map((i) => ({ hash: hashOf(i) }));
const hashes = (...numbers: number[]) => numbers.map(hashOf);
const features = new Uint16Array([0, 1, 1000, 65535]);
const defined = { state: 'defined' as const, features, settings, seconds: 2 };

describe('owing Fisher features', () => {
  test('makes waiting trials and tells which are newly owed', async () => {
    const by = { batch: 'b1', generation: 0, settings };
    expect(await store().fisher.owe('owe', entries(1, 2, 2), by)).toEqual(hashes(1, 2));
    expect(await store().fisher.owe('owe', entries(2, 3), { ...by, batch: 'b2' })).toEqual(hashes(3));
    expect(await store().fisher.owe('owe', entries(1, 2), by)).toEqual([]);
    expect(await store().fisher.owedBatches('owe')).toEqual([
      { batch: 'b1', generation: 0, hashes: hashes(1, 2) },
      { batch: 'b2', generation: 0, hashes: hashes(3) },
    ]);
    expect(await store().trials.get('owe', hashOf(1))).toMatchObject({ status: 'waiting', fn: null, attempts: 0 });
    expect((await store().fisher.owed('owe', { batch: 'b1' })).map(({ hash }) => hash)).toEqual(hashes(1, 2));
    expect((await store().fisher.owed('owe', { hashes: hashes(3, 77) })).map(({ hash }) => hash)).toEqual(hashes(3));
  });

  test('again takes only what failed, from scratch takes everything', async () => {
    const by = { batch: 'c1', generation: 0, settings };
    await store().fisher.owe('again', entries(1, 2, 3, 4), by);
    await store().fisher.record('again', hashOf(1), by, defined);
    await store().fisher.record('again', hashOf(2), by, { state: 'undefined', reason: 'no eigenvalue in range' });
    await store().fisher.record('again', hashOf(3), by, { state: 'failed', reason: 'out of memory' });
    const again = { ...by, batch: 'c2' };
    expect(await store().fisher.owe('again', entries(1, 2, 3, 4), again)).toEqual(hashes(3));
    const scratch = { ...by, batch: 'c3', fromScratch: true };
    expect(await store().fisher.owe('again', entries(1, 2, 3, 4), scratch)).toEqual(hashes(1, 2, 3, 4));
    expect(await store().fisher.counts('again')).toEqual({ owed: 4, defined: 0, undefined: 0, failed: 0 });
    expect(await store().fisher.features('again', hashes(1))).toEqual(new Map());
  });

  test('again takes what was made with other settings, and only features of the present ones are read', async () => {
    const by = { batch: 'e1', generation: 0, settings };
    const changed = [
      { ...settings, bins: 20 },
      { ...settings, floor: 0.5 },
      { ...settings, compat: 'aquasurf' as const },
    ];
    for (const [i, other] of changed.entries()) {
      const study = `other${i}`;
      await store().fisher.owe(study, entries(1, 2), by);
      await store().fisher.record(study, hashOf(1), by, defined);
      const again = { batch: 'e2', generation: 0, settings: other };
      expect(await store().fisher.orderedHashes(study, other)).toEqual([]);
      expect(await store().fisher.owe(study, entries(1, 2), again)).toEqual(hashes(1, 2));
      expect(await store().fisher.owe(study, entries(1, 2), again)).toEqual([]);
      // The job of the old settings comes late.
      expect(await store().fisher.record(study, hashOf(2), by, defined)).toBe(false);
      expect(await store().fisher.record(study, hashOf(2), { batch: 'e2' }, defined)).toBe(false);
      expect(await store().fisher.record(study, hashOf(2), { batch: 'e2' }, { ...defined, settings: other })).toBe(
        true,
      );
    }
  });

  test('of a study whose settings have changed are not read', async () => {
    await store().studies.create(newStudy('changed'));
    const by = { batch: 'f1', generation: 0, settings };
    await store().fisher.owe('changed', entries(1), by);
    await store().fisher.record('changed', hashOf(1), by, defined);
    expect((await store().fisher.features('changed', hashes(1))).size).toBe(1);
    await store().studies.setFisher('changed', { ...settings, bins: 30 });
    expect((await store().fisher.features('changed', hashes(1))).size).toBe(0);
  });

  test('of several producers, one makes a trial owed by its batch', async () => {
    const numbers = Array.from({ length: 20 }, (_, i) => i);
    const outcomes = await Promise.all(
      ['p1', 'p2', 'p3', 'p4'].map((batch) =>
        store().fisher.owe('producers', entries(...numbers), { batch, generation: 0, settings }),
      ),
    );
    expect(outcomes.flat().toSorted()).toEqual(hashes(...numbers));
    const batches = await store().fisher.owedBatches('producers');
    expect(batches.flatMap((batch) => batch.hashes).toSorted()).toEqual(hashes(...numbers));
  });

  test('raises the generation of a batch once for all who saw it', async () => {
    await store().fisher.owe('raise', entries(1, 2, 3), { batch: 'd1', generation: 4, settings });
    const raised = await Promise.all(Array.from({ length: 6 }, () => store().fisher.raiseGeneration('raise', 'd1', 4)));
    expect(new Set(raised)).toEqual(new Set([5]));
    expect(await store().fisher.owedBatches('raise')).toMatchObject([{ batch: 'd1', generation: 5 }]);
    expect(await store().fisher.raiseGeneration('raise', 'nothing', 0)).toBeUndefined();
  });
});

describe('recording Fisher features', () => {
  const by = { batch: 'e1', generation: 0, settings };

  test('stores them once, to the last bit', async () => {
    await store().fisher.owe('record', entries(1, 2), by);
    expect(await store().fisher.record('record', hashOf(1), by, defined)).toBe(true);
    const other = { ...defined, features: new Uint16Array([9]) };
    expect(await store().fisher.record('record', hashOf(1), by, other)).toBe(false);
    expect(await store().fisher.features('record', hashes(1, 2))).toEqual(new Map([[hashOf(1), features]]));
    expect(await store().fisher.definedHashes('record')).toEqual(hashes(1));
    expect(await store().fisher.counts('record')).toEqual({ owed: 1, defined: 1, undefined: 0, failed: 0 });
  });

  test('is refused for a batch that does not owe them any more, or for other settings', async () => {
    await store().fisher.owe('late', entries(1), by);
    const settingsNow = { ...settings, floor: 0 };
    await store().fisher.owe('late', entries(1), {
      batch: 'e2',
      generation: 0,
      settings: settingsNow,
      fromScratch: true,
    });
    expect(await store().fisher.record('late', hashOf(1), by, defined)).toBe(false);
    expect(await store().fisher.record('late', hashOf(1), { batch: 'e2' }, defined)).toBe(false);
    const outcome = { ...defined, settings: settingsNow };
    expect(await store().fisher.record('late', hashOf(1), { batch: 'e2' }, outcome)).toBe(true);
  });

  test('several at once: each into its own trial, and only where its batch owes it', async () => {
    await store().fisher.owe('several', entries(1, 2, 3), by);
    await store().fisher.owe('several', entries(4), { ...by, batch: 'e2' });
    await store().fisher.record('several', hashOf(3), by, defined);
    const late = { ...defined, features: new Uint16Array([9]) };
    const found = [
      { hash: hashOf(2), outcome: { state: 'undefined' as const, reason: 'no eigenvalue in range', seconds: 3 } },
      { hash: hashOf(1), outcome: { ...defined, features: new Uint16Array([7, 8]) } },
      { hash: hashOf(3), outcome: late },
      { hash: hashOf(4), outcome: late },
      { hash: hashOf(5), outcome: late },
    ];
    expect(await store().fisher.recordAll('several', by, found)).toBe(2);
    expect(await store().fisher.recordAll('several', by, found)).toBe(0);
    expect(await store().fisher.recordAll('several', by, [])).toBe(0);
    expect(await store().fisher.features('several', hashes(1, 2, 3, 4, 5))).toEqual(
      new Map([
        [hashOf(1), new Uint16Array([7, 8])],
        [hashOf(3), features],
      ]),
    );
    expect((await store().trials.get('several', hashOf(2)))?.fisher).toMatchObject({
      state: 'undefined',
      reason: 'no eigenvalue in range',
      seconds: 3,
    });
    expect((await store().trials.get('several', hashOf(4)))?.fisher).toMatchObject({ state: 'owed', job: 'e2' });
    expect(await store().trials.get('several', hashOf(5))).toBeNull();
  });

  test('a failed one comes right when its job is run again', async () => {
    await store().fisher.owe('retry', entries(1), by);
    await store().fisher.record('retry', hashOf(1), by, { state: 'failed', reason: 'crashed' });
    expect((await store().trials.get('retry', hashOf(1)))?.fisher).toMatchObject({
      state: 'failed',
      reason: 'crashed',
    });
    expect(await store().fisher.record('retry', hashOf(1), by, defined)).toBe(true);
    expect((await store().trials.get('retry', hashOf(1)))?.fisher).toEqual({
      state: 'defined',
      job: 'e1',
      generation: 0,
      settings,
      seconds: 2,
    });
  });
});

test('the expression of a trial is fixed by the first who writes it', async () => {
  await addTrials(store(), 'fix', 0, 1);
  const names = Array.from({ length: 10 }, (_, i) => `f${i}(x)`);
  const used = await Promise.all(names.map((fn) => store().trials.fixExpression('fix', hashOf(0), fn)));
  expect(new Set(used).size).toBe(1);
  expect((await store().trials.get('fix', hashOf(0)))?.fn).toBe(used[0]);
  await addTrials(store(), 'fix', 1, 2);
  const later = new Map([0, 1, 9].map((i) => [hashOf(i), `later${i}(x)`]));
  expect(await store().trials.fixExpressions('fix', later)).toEqual(
    new Map([
      [hashOf(0), used[0]],
      [hashOf(1), 'later1(x)'],
    ]),
  );
  expect((await store().trials.get('fix', hashOf(1)))?.fn).toBe('later1(x)');
  await expect(store().trials.fixExpression('fix', hashOf(9), 'relu(x)')).rejects.toMatchObject({
    code: 'FUNCTION_NOT_IN_STUDY',
  });
});

test('candidates are the waiting trials with defined features', async () => {
  const [first = '', second = ''] = await addTrials(store(), 'candidates', 0, 4);
  await store().fisher.owe('candidates', entries(10, 11), { batch: 'f1', generation: 0, settings });
  await store().fisher.record('candidates', hashOf(10), { batch: 'f1' }, { state: 'undefined', reason: 'none' });
  await claimed(store(), 'candidates', first, 1);
  await store().results.report('candidates', second, await claimed(store(), 'candidates', second, 2), run(0.5));
  expect(await store().trials.candidates('candidates')).toEqual([
    { hash: hashOf(2), fn: null },
    { hash: hashOf(3), fn: null },
  ]);
});
