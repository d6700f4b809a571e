import { expect, test } from 'vitest';
import { hashOf, useStore } from './test-store.js';

const store = useStore();
const embedding = (version: number, size = version) => ({
  version,
  hashes: Array.from({ length: size }, (_, i) => hashOf(i)),
  points: Float32Array.from({ length: 2 * size }, (_, i) => version + i / 1000),
});
const chunks = (study: string) =>
  store().client.db(store().database).collection('embeddings').find({ study }).toArray();

test('an embedding comes back to the last bit, whatever the number of its chunks', async () => {
  expect(await store().embeddings.latest('bits')).toBeNull();
  expect(await store().embeddings.latestVersion('bits')).toBeNull();
  await store().embeddings.put('bits', embedding(23), 10);
  expect(await store().embeddings.latest('bits')).toEqual(embedding(23));
  expect(await chunks('bits')).toHaveLength(3);
  await store().embeddings.put('bits', embedding(24));
  expect(await store().embeddings.latest('bits')).toEqual(embedding(24));
  expect(await store().embeddings.latestVersion('bits')).toBe(24);
});

test('an embedding whose last chunk is missing does not count', async () => {
  await store().embeddings.put('half', embedding(10), 5);
  await store().embeddings.put('half', embedding(20), 5);
  await store()
    .client.db(store().database)
    .collection('embeddings')
    .deleteMany({ study: 'half', version: 20, chunk: 0 });
  expect(await store().embeddings.latest('half')).toEqual(embedding(10));
  await store().embeddings.put('half', embedding(20), 5);
  expect(await store().embeddings.latest('half')).toEqual(embedding(20));
});

test('stored twice it is there once, and an older one that comes late is not the latest', async () => {
  await Promise.all([1, 2, 3].map(() => store().embeddings.put('late', embedding(30), 10)));
  expect(await chunks('late')).toHaveLength(3);
  await store().embeddings.put('late', embedding(20), 10);
  expect((await store().embeddings.latest('late'))?.version).toBe(30);
});

test('the last two versions stay', async () => {
  for (const version of [1, 2, 3, 4, 5]) await store().embeddings.put('prune', embedding(version));
  expect((await chunks('prune')).map(({ version }) => version).toSorted()).toEqual([4, 5]);
});

test('of two fits of one version the one stored last is read whole', async () => {
  const other = { ...embedding(12), points: new Float32Array(24).fill(7) };
  await store().embeddings.put('fits', embedding(12), 5);
  await store().embeddings.put('fits', other, 4);
  expect(await store().embeddings.latest('fits')).toEqual(other);
});

test('readers never see half of one while others are written', async () => {
  let writing = true;
  const writer = (async () => {
    for (let version = 1; version <= 25; version++) await store().embeddings.put('readers', embedding(version, 40), 7);
    writing = false;
  })();
  while (writing) {
    const latest = await store().embeddings.latest('readers');
    if (latest) expect(latest).toEqual(embedding(latest.version, 40));
  }
  await writer;
});

test('cleared, a study has none', async () => {
  await store().embeddings.put('clear', embedding(3));
  await store().embeddings.clear('clear');
  expect(await store().embeddings.latest('clear')).toBeNull();
});

test('points and hashes must fit each other', async () => {
  await expect(store().embeddings.put('wrong', { ...embedding(3), points: new Float32Array(5) })).rejects.toThrow(
    RangeError,
  );
});
