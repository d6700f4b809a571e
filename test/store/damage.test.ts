import { beforeAll, describe, expect, test } from 'vitest';
import { pointsOf } from '../../src/domain/surrogate/points.js';
import { studySummary } from '../../src/store/reports/study-summary.js';
import { SearchView } from '../../src/store/suggest/search-view.js';
import { suggest } from '../../src/store/suggest/suggest.js';
import { addTrials, batchOf, claimed, hashOf, newStudy, run, settings, useStore } from './test-store.js';

const store = useStore();
const collection = (name: string) => store().client.db(store().database).collection<{ _id: string }>(name);
const told: string[] = [];
beforeAll(() => store().damage.onFound(({ message }) => told.push(message)));

/** Three done trials, one that runs and four that wait. */
async function searched(study: string): Promise<string[]> {
  await store().studies.create(newStudy(study));
  const hashes = await addTrials(store(), study, 0, 8);
  for (const [i, hash] of hashes.slice(0, 3).entries()) {
    await store().results.report(study, hash, await claimed(store(), study, hash, i + 1), run(0.5 + i / 10));
  }
  await claimed(store(), study, hashes[3]!, 4);
  return hashes;
}
const spoil = (name: string, _id: string, fields: Record<string, unknown>) =>
  collection(name).updateOne({ _id }, { $set: fields });

describe('a trial that is damaged', () => {
  test.each<[name: string, fields: Record<string, unknown>, field: string]>([
    ['result', { result: 'good' }, 'result'],
    ['no-result', { result: null }, 'result'],
    ['text-figure', { 'result.valAcc': '0.9' }, 'result.valAcc'],
    ['number', { number: 1.5 }, 'number'],
    ['hash', { hash: 7 }, 'hash'],
  ])(
    'in its %s is left out of everything that is asked about the others, and told once',
    async (name, fields, field) => {
      const hashes = await searched(name);
      await spoil('trials', `${name}:${hashes[0]}`, fields);
      told.length = 0;
      expect(await store().trials.finished(name)).toHaveLength(2);
      expect((await studySummary(store(), name)).best).toMatchObject({ valAcc: 0.7 });
      expect(await suggest(store(), await store().studies.get(name))).toBeDefined();
      await SearchView.read(store(), await store().studies.get(name));
      expect(told).toEqual([
        expect.stringContaining(
          `document "${name}:${hashes[0]}" of collection "trials" is malformed at field "${field}"`,
        ),
      ]);
      const study = await store().studies.get(name);
      expect((await store().damage.ofStudy(study, 5)).map(({ message }) => message)).toEqual([
        expect.stringContaining(`"${name}:${hashes[0]}"`),
      ]);
    },
  );

  test('in its status keeps its place in the search and is never chosen', async () => {
    const hashes = await searched('status');
    await spoil('trials', `status:${hashes[1]}`, { status: 'finished?' });
    expect(await store().trials.takenNumbers('status')).toEqual([1, 2, 3, 4]);
    expect(await store().trials.lowestFreeNumber('status')).toBe(5);
    expect(await store().trials.countDamaged('status')).toBe(1);
    const view = await SearchView.read(store(), await store().studies.get('status'));
    expect(view.freeNumber).toBe(5);
    // Forgetting all results mends it.
    await store().trials.clean('status');
    expect(await store().trials.statusCounts('status')).toEqual({ waiting: 8, running: 0, done: 0, failed: 0 });
  });

  test('while it waits is no candidate, and the others are', async () => {
    const hashes = await searched('waiting');
    await spoil('trials', `waiting:${hashes[5]}`, { fn: { $gt: '' } });
    expect((await store().trials.candidates('waiting')).map(({ hash }) => hash)).toEqual([
      hashes[4],
      ...hashes.slice(6),
    ]);
  });

  test.each([
    ['null', null],
    ['without-end', { owner: 'me', token: 'mine' }],
    ['never', { owner: 'me', token: 'mine', expiresAt: 'never' }],
  ])('in its lease (%s) does not run for ever', async (name, lease) => {
    const hashes = await searched(`lease-${name}`);
    await spoil('trials', `lease-${name}:${hashes[3]}`, { lease });
    expect(await store().trials.running(`lease-${name}`)).toHaveLength(lease === null ? 1 : 0);
    expect(await store().leases.expire(`lease-${name}`)).toBe(1);
    expect(await store().trials.get(`lease-${name}`, hashes[3]!)).toMatchObject({
      ...{ status: 'waiting', number: null, lease: null },
      error: 'it was running without a lease that ends',
    });
  });

  test('in its features is left out of the plane, and one that owes them out of the batch', async () => {
    const hashes = await searched('features');
    await spoil('trials', `features:${hashes[6]}`, { 'fisher.features': 'none' });
    expect([...(await store().fisher.features('features', hashes)).keys()]).not.toContain(hashes[6]);
    await store().fisher.owe('features', [{ hash: hashOf(900) }, { hash: hashOf(901) }], {
      ...{ batch: 'b', generation: 0, settings },
    });
    await spoil('trials', `features:${hashOf(900)}`, { 'fisher.generation': 'first' });
    expect((await store().fisher.owedBatches('features')).map((batch) => batch.hashes)).toEqual([[hashOf(901)]]);
  });
});

describe('damage elsewhere', () => {
  test('in a run: the mean counts the others', async () => {
    const hashes = await searched('runs');
    await store().results.reportOutside('runs', hashes[0]!, 'f(x)', { ...run(0.9), seed: 5 });
    await spoil('runs', `runs:${hashes[0]}:5`, { result: null });
    await store().results.reportOutside('runs', hashes[0]!, 'f(x)', { ...run(0.7), seed: 6 });
    expect(await store().runs.of('runs', hashes[0]!)).toHaveLength(2);
    expect([...(await store().runs.ofMany('runs', hashes)).values()].flat()).toHaveLength(4);
  });

  test('in a retraining or a space: the others are owed', async () => {
    await searched('owed');
    await store().retrainings.owe('owed', [
      { hash: hashOf(1), seed: 7 },
      { hash: hashOf(2), seed: 7 },
    ]);
    await spoil('retrainings', `owed:${hashOf(1)}:7`, { seed: 'seven' });
    expect((await store().retrainings.allOwed('owed', 10)).map(({ hash }) => hash)).toEqual([hashOf(2)]);
    const space = { operators: 'standard@1', names: ['relu(x)'], size: '1', generation: 0, state: 'wanted' as const };
    await store().spaces.put({ _id: 'list-sound', ...space });
    await store().spaces.put({ _id: 'list-spoilt', ...space });
    await spoil('spaces', 'list-spoilt', { size: 'many' });
    const ids = ['list-sound', 'list-spoilt'];
    expect((await store().spaces.unexpanded(ids)).map(({ _id }) => _id)).toEqual(['list-sound']);
    expect((await store().spaces.getMany(ids)).map(({ _id }) => _id)).toEqual(['list-sound']);
  });

  test('in an embedding: it is forgotten, so that it is fitted again, and the one before counts', async () => {
    const points = Float32Array.of(0, 1, 2, 3);
    const hashes = [hashOf(1), hashOf(2)];
    await store().embeddings.put('plane', { version: 1, hashes, points }, 1);
    const fit = await store().embeddings.put('plane', { version: 2, hashes, points: points.map((x) => x + 1) }, 1);
    await collection('embeddings').deleteOne({ _id: `plane:2:${fit}:1` });
    expect(await store().embeddings.latest('plane')).toMatchObject({ version: 1 });
    expect(await store().embeddings.latestVersion('plane')).toBe(1);
  });

  test.each([
    ['a chunk that is lost', () => collection('components').deleteOne({ _id: 'axes:2:1' })],
    ['a chunk that is malformed', () => spoil('components', 'axes:2:1', { hashes: 'x' })],
  ])('in components, %s: they are forgotten, so that they are computed again', async (_, damage) => {
    const hashes = [hashOf(1), hashOf(2)];
    await store().components.put(
      'axes',
      {
        version: 2,
        hashes,
        points: pointsOf([
          [0, 1],
          [2, 3],
        ]),
      },
      1,
    );
    await damage();
    expect(await store().components.latest('axes')).toBeNull();
    expect(await collection('components').countDocuments({ study: 'axes' })).toBe(0);
  });
});

test('a pack of members that is damaged is left out and told', async () => {
  const study = newStudy('packs', { spaces: ['packs'] });
  await store().functions.storeRange(
    'packs',
    batchOf([{ name: 'relu(x)', hash: hashOf(1), rank: '0001.0001.relu(x)', usable: true }]),
  );
  const found = await collection('members').findOne({ space: 'packs' } as never);
  await spoil('members', found!._id, { usable: 5 });
  told.length = 0;
  expect(await store().functions.countUnique(study.spaces)).toBe(0);
  expect(told).toEqual([expect.stringContaining(`document "${found!._id}" of collection "members" is malformed`)]);
});
