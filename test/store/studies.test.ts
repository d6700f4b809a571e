import { describe, expect, test } from 'vitest';
import { addTrials, claimed, hashOf, newStudy, run, useStore } from './test-store.js';

const store = useStore();
const wishes = { trials: 10, parallel: null, deadline: null, patience: null, doneBefore: 0 };

describe('studies', () => {
  test('are created once and found by name', async () => {
    const study = newStudy('one');
    await store().studies.create(study);
    expect(await store().studies.get('one')).toEqual(study);
    await expect(store().studies.create(newStudy('one', { seed: 2 }))).rejects.toMatchObject({ code: 'STUDY_EXISTS' });
    expect((await store().studies.get('one')).seed).toBe(1);
  });

  test('of older versions, without a surrogate or its places, choose as the paper does', async () => {
    const { surrogate: _, ...old } = newStudy('old');
    const between = { ...old, _id: 'between', surrogate: { regressor: 'random-forest', acquisition: 'ei' } };
    const collection = store().client.db(store().database).collection<{ _id: string }>('studies');
    await collection.insertMany([old, between]);
    const paper = { regressor: 'knn', acquisition: 'greedy', places: 'plane' };
    const mixed = { ...between.surrogate, places: 'plane' };
    expect((await store().studies.get('old')).surrogate).toEqual(paper);
    expect((await store().studies.startSearch('old', wishes)).surrogate).toEqual(paper);
    expect((await store().studies.get('between')).surrogate).toEqual(mixed);
    const listed = new Map((await store().studies.list()).studies.map((study) => [study._id, study.surrogate]));
    expect([listed.get('old'), listed.get('between')]).toEqual([paper, mixed]);
    expect(await collection.findOne({ _id: 'between' })).toEqual(between);
  });

  test('of several processes that create one name, one succeeds', async () => {
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4].map((seed) => store().studies.create(newStudy('race', { seed }))),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('an unknown name is answered with the names that there are', async () => {
    await expect(store().studies.get('nobody')).rejects.toMatchObject({
      code: 'STUDY_NOT_FOUND',
      message: expect.stringMatching(/no study "nobody".*one/),
    });
    await expect(store().studies.addSpaces('nobody', ['list-0123456789ab'])).rejects.toMatchObject({
      code: 'STUDY_NOT_FOUND',
    });
    await expect(store().studies.startSearch('nobody', wishes)).rejects.toMatchObject({ code: 'STUDY_NOT_FOUND' });
    await expect(store().studies.delete('nobody')).rejects.toMatchObject({ code: 'STUDY_NOT_FOUND' });
  });

  test('a name that would break ids is refused', async () => {
    for (const name of ['a:b', '', '.hidden', 'x'.repeat(65), 'a b']) {
      await expect(store().studies.create(newStudy(name))).rejects.toMatchObject({ code: 'USAGE' });
    }
  });

  test('are listed by name', async () => {
    await store().studies.create(newStudy('aaa'));
    const names = (await store().studies.list()).studies.map(({ _id }) => _id);
    expect(names).toEqual(names.toSorted());
    expect(names).toContain('aaa');
  });

  test('hold each space once', async () => {
    await store().studies.create(newStudy('spaces', { spaces: [] }));
    await store().studies.addSpaces('spaces', ['list-000000000001', 'list-000000000002']);
    await store().studies.addSpaces('spaces', ['list-000000000002']);
    expect((await store().studies.get('spaces')).spaces).toEqual(['list-000000000001', 'list-000000000002']);
  });

  test('a deleted study takes its trials, runs and embeddings along, and no other', async () => {
    for (const name of ['gone', 'stays']) {
      await store().studies.create(newStudy(name));
      const [hash = ''] = await addTrials(store(), name, 0, 2);
      await store().results.report(name, hash, await claimed(store(), name, hash, 1), run(0.5));
      await store().embeddings.put(name, { version: 1, hashes: [hash], points: new Float32Array(2) });
    }
    await store().studies.delete('gone');
    for (const [name, left] of [
      ['gone', 0],
      ['stays', 1],
    ] as const) {
      expect((await store().trials.finished(name)).length).toBe(left);
      expect((await store().runs.of(name, hashOf(0))).length).toBe(left);
      expect((await store().embeddings.latest(name)) === null).toBe(left === 0);
    }
    await expect(store().studies.get('gone')).rejects.toMatchObject({ code: 'STUDY_NOT_FOUND' });
  });
});

describe('the search of a study', () => {
  test('starts with its wishes and a new generation of slots', async () => {
    await store().studies.create(newStudy('search'));
    const deadline = new Date(1_800_000_000_000);
    const { search } = await store().studies.startSearch('search', {
      trials: 18,
      parallel: 2,
      deadline,
      patience: 5,
      doneBefore: 3,
    });
    expect(search).toEqual({
      state: 'running',
      trials: 18,
      parallel: 2,
      deadline,
      patience: 5,
      doneBefore: 3,
      reason: null,
      generation: 1,
    });
  });

  test('that runs keeps its generation when its wishes change', async () => {
    await store().studies.create(newStudy('more'));
    await store().studies.startSearch('more', wishes);
    const { search } = await store().studies.startSearch('more', { ...wishes, trials: 20 });
    expect(search).toMatchObject({ trials: 20, generation: 1 });
    await store().studies.setSearchState('more', ['running'], 'stopped');
    expect((await store().studies.startSearch('more', wishes)).search.generation).toBe(2);
  });

  test('changes its state only from the states that the caller names', async () => {
    await store().studies.create(newStudy('states'));
    await store().studies.startSearch('states', wishes);
    expect(await store().studies.setSearchState('states', ['paused'], 'running')).toBe(false);
    expect(await store().studies.setSearchState('states', ['running', 'paused'], 'finished', 'all trained')).toBe(true);
    expect((await store().studies.get('states')).search).toMatchObject({ state: 'finished', reason: 'all trained' });
    expect(await store().studies.setSearchState('unknown', ['none'], 'running')).toBe(false);
  });

  test('of several reconcilers that saw one generation, one raises it', async () => {
    await store().studies.create(newStudy('reconciled'));
    const raised = await Promise.all(
      Array.from({ length: 8 }, () => store().studies.raiseSearchGeneration('reconciled', 0)),
    );
    expect(new Set(raised)).toEqual(new Set([1]));
    expect(await store().studies.raiseSearchGeneration('reconciled', 0)).toBe(1);
    expect(await store().studies.raiseSearchGeneration('reconciled', 1)).toBe(2);
  });
});
