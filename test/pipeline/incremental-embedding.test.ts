import { afterAll, describe, expect, it } from 'vitest';
import type { HandlerContext } from '../../src/consumers/handlers/handler.js';
import { handleSurrogate } from '../../src/consumers/handlers/surrogate.js';
import { KernelThreads } from '../../src/consumers/threads/kernel-threads.js';
import { rankOf } from '../../src/domain/expression/rank.js';
import { packCdf } from '../../src/domain/features/spectrum.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { embed } from '../../src/domain/surrogate/embedding/embedding.js';
import { nearestNeighbours } from '../../src/domain/surrogate/embedding/nearest-neighbours.js';
import { NEW_STUDY_SURROGATE, PAPER_SURROGATE } from '../../src/domain/surrogate/settings.js';
import { outputsLayout } from '../../src/kernels/outputs-layout.js';
import type { FunctionDoc } from '../../src/store/documents.js';
import { hashOf, newStudy, settings, useStore } from '../store/test-store.js';

const store = useStore();
const threads = new KernelThreads(2);
afterAll(() => threads.close());

const NAMES = ['relu', 'tanh', 'sigmoid', 'arcsinh', 'softplus', 'elu', 'erf', 'abs', 'arctan', 'selu'];
/** 10 × 10 functions, all different. */
const nameOf = (i: number): string => `add(${NAMES[i % 10]}(x),mul(${NAMES[Math.floor(i / 10)]}(x),x))`;
const featuresOf = (i: number): Uint16Array =>
  packCdf(Float64Array.from({ length: 300 }, (_, k) => 1 / (1 + Math.exp(-(k - 100 - i) / (10 + (i % 7))))));

async function addFunctions(study: string, from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, i) => from + i);
  const functions = store().client.db(store().database).collection<FunctionDoc>('functions');
  const docs = numbers.map((i) => ({ _id: hashOf(i), rank: rankOf(nameOf(i), 5), usable: true }));
  await functions.bulkWrite(
    docs.map((doc) => ({ replaceOne: { filter: { _id: doc._id }, replacement: doc, upsert: true } })),
  );
  const batch = `batch-${from}`;
  const hashes = numbers.map((i) => ({ hash: hashOf(i) }));
  await store().fisher.owe(study, hashes, { batch, generation: 0, settings });
  for (const i of numbers) {
    const outcome = { state: 'defined' as const, features: featuresOf(i), settings, seconds: 1 };
    await store().fisher.record(study, hashOf(i), { batch }, outcome);
  }
}

const work = (study: string, version: number, withThreads = threads) =>
  handleSurrogate({ study, version, generation: 0 }, {
    store: store(),
    threads: withThreads,
    signal: new AbortController().signal,
  } as HandlerContext);

async function expectFitOf(study: string, functions: number): Promise<void> {
  const hashes = Array.from({ length: functions }, (_, i) => hashOf(i)).sort();
  const outputs = await store().functions.outputs(hashes);
  const fisher = await store().fisher.features(study, hashes);
  const expected = embed(
    { outputs: hashes.map((hash) => outputs.get(hash)!), fisher: hashes.map((hash) => fisher.get(hash)!) },
    { seed: 1 },
  );
  expect(await store().embeddings.latest(study)).toEqual({ version: functions, hashes, points: expected });
}

describe('the plane of a study', () => {
  it('is fitted first, then takes up new functions without moving the old ones, then is fitted anew', async () => {
    await store().studies.create(newStudy('grows'));
    await addFunctions('grows', 0, 60);
    expect(await work('grows', 60)).toEqual({ placed: 0, points: 60 });
    await expectFitOf('grows', 60);
    const fit = (await store().embeddings.latestWithFit('grows'))!;

    await addFunctions('grows', 60, 63);
    expect(await work('grows', 63)).toEqual({ placed: 3 });
    await addFunctions('grows', 63, 65);
    // Another consumer has no tables in memory.
    const others = new KernelThreads(1);
    expect(await work('grows', 65, others)).toEqual({ placed: 2 });
    await others.close();
    const grown = (await store().embeddings.latest('grows'))!;
    expect(grown).toMatchObject({ version: 65, base: { fit: fit.fit, functions: 60 } });
    expect(grown.hashes).toEqual([...fit.embedding.hashes, ...[60, 61, 62, 63, 64].map(hashOf)]);
    expect(grown.points.slice(0, 120)).toEqual(fit.embedding.points);
    expect(grown.points.slice(120).every(Number.isFinite)).toBe(true);
    expect(await store().embeddings.latestCounts('grows')).toEqual({ version: 65, fitted: 60 });

    await addFunctions('grows', 65, 66);
    expect(await work('grows', 66)).toEqual({ placed: 1, points: 66 });
    await expectFitOf('grows', 66);
    expect(await work('grows', 66)).toMatchObject({ skipped: 'a newer plane is there' });
  });

  it('is fitted anew when a placing ended before its fit', async () => {
    await store().studies.create(newStudy('lost'));
    await addFunctions('lost', 0, 20);
    await work('lost', 20);
    const { embedding, fit } = (await store().embeddings.latestWithFit('lost'))!;
    await addFunctions('lost', 20, 24);
    await store().embeddings.put('lost', {
      version: 24,
      hashes: [...embedding.hashes, ...[20, 21, 22, 23].map(hashOf)],
      points: Float32Array.of(...embedding.points, 0, 0, 0, 0, 0, 0, 0, 0),
      base: { fit, functions: 20 },
    });
    expect(await work('lost', 24)).toEqual({ placed: 0, points: 24 });
    await expectFitOf('lost', 24);
  });

  it('is that of outputs alone where Fisher features are empty, until there are some', async () => {
    await store().studies.create(newStudy('outputs'));
    const tell = async (from: number, to: number, featuresAt: (i: number) => Uint16Array) => {
      await addFunctions('outputs', from, to);
      for (let i = from; i < to; i++) await store().fisher.put('outputs', hashOf(i), featuresAt(i), settings);
    };
    await tell(0, 30, () => new Uint16Array());
    expect(await work('outputs', 30)).toEqual({ placed: 0, points: 30 });
    const hashes = Array.from({ length: 30 }, (_, i) => hashOf(i)).sort();
    const outputs = await store().functions.outputs(hashes);
    const expected = embed({ outputs: hashes.map((hash) => outputs.get(hash)!) }, { seed: 1 });
    const fitted = (await store().embeddings.latest('outputs'))!;
    expect(fitted).toEqual({ version: 30, hashes, points: expected });
    await tell(30, 32, () => new Uint16Array());
    expect(await work('outputs', 32)).toEqual({ placed: 2 });
    expect((await store().embeddings.latest('outputs'))!.points.slice(0, 60)).toEqual(expected);

    await tell(0, 33, featuresOf);
    expect(await work('outputs', 33)).toEqual({ placed: 0, points: 33 });
    await expectFitOf('outputs', 33);
  });

  it('is that of umap-js where a study asks for outputs alone, whatever Fisher features there are', async () => {
    const surrogate = { ...PAPER_SURROGATE, places: 'outputs-plane' as const };
    await store().studies.create(newStudy('alone', { surrogate }));
    await addFunctions('alone', 0, 40);
    expect(await work('alone', 40)).toEqual({ placed: 0, points: 40 });
    const hashes = Array.from({ length: 40 }, (_, i) => hashOf(i)).sort();
    const outputs = await store().functions.outputs(hashes);
    const neighbours = nearestNeighbours(
      hashes.map((hash) => outputs.get(hash)!),
      15,
      'euclidean',
    );
    const points = outputsLayout(neighbours, new SeededRandom(1));
    expect(await store().embeddings.latest('alone')).toEqual({ version: 40, hashes, points });
    const plane = await store().planes.latest(await store().studies.get('alone'));
    expect(plane?.points.coordinates).toEqual(Float64Array.from(points));

    await addFunctions('alone', 40, 43);
    expect(await work('alone', 43)).toEqual({ placed: 3 });
    const grown = (await store().embeddings.latest('alone'))!;
    expect(grown.points.slice(0, 80)).toEqual(points);
    expect(grown.points.slice(80).every(Number.isFinite)).toBe(true);
    await addFunctions('alone', 43, 45);
    expect(await work('alone', 45)).toEqual({ placed: 2, points: 45 });
  });

  it('is drawn by umap-js where functions have no Fisher features and are chosen by components', async () => {
    const surrogate = NEW_STUDY_SURROGATE;
    await store().studies.create(newStudy('map', { surrogate, task: { ...newStudy('map').task, network: false } }));
    await addFunctions('map', 0, 20);
    for (let i = 0; i < 20; i++) await store().fisher.put('map', hashOf(i), new Uint16Array(), settings);
    await work('map', 20);
    const hashes = Array.from({ length: 20 }, (_, i) => hashOf(i)).sort();
    const outputs = await store().functions.outputs(hashes);
    const vectors = hashes.map((hash) => outputs.get(hash)!);
    const points = outputsLayout(nearestNeighbours(vectors, 15, 'euclidean'), new SeededRandom(1));
    expect((await store().embeddings.latest('map'))?.points).toEqual(points);
  });
});
