import type { Handler } from './handler.js';

/** Fits the plane of a study on all defined Fisher features and stores it. */
export const handleSurrogate: Handler<'surrogate'> = async ({ study: name, version }, { store, threads, signal }) => {
  const study = await store.studies.get(name);
  const fitted = (await store.embeddings.latestVersion(name)) ?? 0;
  const hashes = [...(await store.fisher.definedHashes(name))].sort();
  if (fitted >= hashes.length || fitted >= version) return { skipped: 'a newer plane is there', fitted };

  const [outputs, fisher] = await Promise.all([store.functions.outputs(hashes), store.fisher.features(name, hashes)]);
  const usable = hashes.filter((hash) => outputs.has(hash) && fisher.has(hash));
  const views = {
    outputs: usable.map((hash) => outputs.get(hash)!),
    fisher: usable.map((hash) => fisher.get(hash)!),
    seed: study.seed,
  };
  const points = await threads.run('embed', views, signal);
  await store.embeddings.put(name, { version: hashes.length, hashes: usable, points });
  return { points: usable.length };
};
