import { unpackCdf } from '../../domain/features/spectrum.js';
import { evenColumns } from '../../domain/surrogate/components.js';
import type { HandlerContext } from './handler.js';

/** Functions read at a time. */
const BATCH = 128;

/**
 * Computes and stores the principal components of a study's functions, where they are older than its features.
 * @param hashes of all functions with defined Fisher features, ascending
 * @returns the number of functions that have components now
 */
export async function fitComponents(
  { store, threads, signal }: HandlerContext,
  study: string,
  hashes: readonly string[],
): Promise<number> {
  const version = hashes.length;
  if (((await store.components.latestVersion(study)) ?? 0) >= version) return version;
  const rows: { hash: string; outputs: Float32Array; fisher: Float32Array }[] = [];
  for (let from = 0; from < hashes.length; from += BATCH) {
    const batch = hashes.slice(from, from + BATCH);
    const [outputs, fisher] = await Promise.all([store.functions.outputs(batch), store.fisher.features(study, batch)]);
    for (const hash of batch) {
      const [y, cdf] = [outputs.get(hash), fisher.get(hash)];
      if (y && cdf) rows.push({ hash, outputs: y, fisher: evenColumns(unpackCdf(cdf)) });
    }
  }
  const views = { outputs: rows.map(({ outputs }) => outputs), fisher: rows.map(({ fisher }) => fisher) };
  const points = await threads.run('components', views, signal);
  await store.components.put(study, { version, hashes: rows.map(({ hash }) => hash), points });
  return rows.length;
}
