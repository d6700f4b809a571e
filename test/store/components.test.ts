import { expect, test } from 'vitest';
import { rankOf } from '../../src/domain/expression/rank.js';
import { pointsOf } from '../../src/domain/surrogate/points.js';
import { suggest } from '../../src/store/suggest/suggest.js';
import { addTrials, batchOf, claimed, hashOf, newStudy, run, useStore } from './test-store.js';

const store = useStore();
const components = (version: number, size = version) => ({
  version,
  hashes: Array.from({ length: size }, (_, i) => hashOf(size - i)),
  points: pointsOf(Array.from({ length: size }, (_, i) => Float32Array.from([i, 2 * i, version]))),
});

test('components come back as they were stored, whatever the number of chunks; newer ones replace older', async () => {
  expect(await store().components.latest('bits')).toBeNull();
  expect(await store().components.latestFit('bits')).toBeNull();
  for (const [version, chunk] of [
    [7, 3],
    [9, 100],
  ] as const) {
    const stored = components(version);
    await store().components.put('bits', stored, chunk);
    const found = await store().components.latest('bits');
    expect({ ...found, points: { ...found!.points, coordinates: Array.from(found!.points.coordinates) } }).toEqual({
      ...stored,
      points: { ...stored.points, coordinates: Array.from(stored.points.coordinates) },
    });
    expect(await store().components.latestVersion('bits')).toBe(version);
  }
  expect(await store().client.db(store().database).collection('components').countDocuments({ study: 'bits' })).toBe(1);
  const fit = await store().components.latestFit('bits');
  await store().components.put('bits', {
    ...components(9),
    points: components(9, 9).points,
    hashes: components(9).hashes.toReversed(),
  });
  expect(await store().components.latestFit('bits')).not.toBe(fit);
  await store().components.clear('bits');
  expect(await store().components.latest('bits')).toBeNull();
});

test('a study that chooses by components follows them, and no embedding', async () => {
  const surrogate = { regressor: 'gaussian-process', acquisition: 'greedy', places: 'components' } as const;
  const study = newStudy('by-components', { baselines: [], surrogate });
  await store().studies.create(study);
  const all = Array.from({ length: 40 }, (_, i) => i);
  const named = all.map((i) => ({ name: `f${i}(x)`, hash: hashOf(i), rank: rankOf(`f${i}(x)`, 1), usable: true }));
  await store().functions.storeRange('schema-0123456789ab', batchOf(named));
  await addTrials(store(), 'by-components', 0, 40);
  const put = (at: (i: number) => number, version: number) =>
    store().components.put('by-components', {
      version,
      hashes: all.map(hashOf),
      points: pointsOf(all.map((i) => [at(i), 0, 1])),
    });
  await put((i) => i, 40);
  // A plane that says the contrary.
  const points = Float32Array.from(all.flatMap((i) => [-i, 0]));
  await store().embeddings.put('by-components', { version: 40, hashes: all.map(hashOf), points });
  for (const [k, i] of [0, 8, 16, 24, 32].entries()) {
    const token = await claimed(store(), 'by-components', hashOf(i), k + 1);
    await store().results.report('by-components', hashOf(i), token, run(0.5 + i / 100));
  }
  const chosen = Number.parseInt((await suggest(store(), study))!, 16);
  expect(chosen).toBeGreaterThan(30);
  // Now the others of the best lie among the small numbers.
  await put((i) => (i % 8 === 0 ? i : 39 - i), 41);
  expect(Number.parseInt((await suggest(store(), study))!, 16)).toBeLessThan(10);
  await store().studies.delete('by-components');
  expect(await store().components.latest('by-components')).toBeNull();
});
