import { planeIsOutgrown } from '../../domain/surrogate/embedding/embedding-staleness.js';
import type { SurrogateSettings } from '../../domain/surrogate/settings.js';
import type { StudyDoc } from '../../store/documents.js';
import type { Embedding } from '../../store/planes/embeddings.js';
import { neighboursOfAll, neighboursOfNew, readTables } from '../threads/feature-tables.js';
import { fitComponents } from './fit-components.js';
import type { Handler, HandlerContext } from './handler.js';

/**
 * Brings the plane of a study up to its features. Functions that came since the last fit are placed in the plane that is
 * there at once; when they are a tenth of it, the plane is fitted anew on all.
 */
export const handleSurrogate: Handler<'surrogate'> = async ({ study: name, version }, context) => {
  const { store } = context;
  const study = await store.studies.get(name);
  const newest = await store.embeddings.latestWithFit(name);
  const hashes = [...(await store.fisher.definedHashes(name))].sort();
  if (study.surrogate.places === 'components') await fitComponents(context, name, hashes);
  const there = newest?.embedding.version ?? 0;
  const fitted = newest?.embedding.base?.functions ?? there;
  const outgrown = planeIsOutgrown({ fitted, available: hashes.length });
  if (there >= Math.min(hashes.length, version) && !outgrown) return { skipped: 'a newer plane is there', there };

  const placed = newest && there < hashes.length ? await placeNew(context, study, newest, hashes) : 0;
  // Nothing to stand on, or too much that was only placed.
  if (placed !== undefined && !outgrown) return { placed };
  return { placed: placed ?? 0, points: await fitAll(context, study, hashes) };
};

/** @returns how many functions were placed; undefined when the features of the plane's functions are gone */
async function placeNew(
  { store, threads, signal }: HandlerContext,
  { _id: study, seed, surrogate }: StudyDoc,
  { embedding, fit }: { embedding: Embedding; fit: string },
  hashes: readonly string[],
): Promise<number | undefined> {
  const base = embedding.base ?? { fit, functions: embedding.hashes.length };
  const known = embedding.hashes.slice(0, base.functions);
  const tables = threads.tables.get(study, base.fit) ?? (await readTables(store, study, known, viewsOf(surrogate)));
  if (tables?.hashes.length !== known.length) return undefined;
  threads.tables.keep(study, base.fit, tables);

  const before = new Set(embedding.hashes);
  const wanted = hashes.filter((hash) => !before.has(hash));
  const [outputs, fisher] = await Promise.all([store.functions.outputs(wanted), store.fisher.features(study, wanted)]);
  const columns = tables.fisher?.layout.columns ?? 0;
  const usable = wanted.filter((hash) => outputs.has(hash) && fisher.has(hash));
  // Fisher features came to a plane of outputs alone: it has to be fitted with them.
  const both = viewsOf(surrogate) === 'both';
  if (both && columns === 0 && usable.some((hash) => fisher.get(hash)!.length > 0)) return undefined;
  const added = both ? usable.filter((hash) => fisher.get(hash)!.length === columns) : usable;
  const views = { outputs: added.map((hash) => outputs.get(hash)!), fisher: added.map((hash) => fisher.get(hash)!) };
  const neighbours = await neighboursOfNew(tables, views, threads.neighbours, signal);
  const plane = embedding.points.slice(0, 2 * base.functions);
  const places = await threads.run('place', { plane, neighbours, seed }, signal);
  const points = new Float32Array(embedding.points.length + places.length);
  points.set(embedding.points);
  points.set(places, embedding.points.length);
  await store.embeddings.put(study, { version: hashes.length, hashes: [...embedding.hashes, ...added], points, base });
  return added.length;
}

/** @returns the number of functions in the new plane */
async function fitAll(
  { store, threads, signal }: HandlerContext,
  { _id: study, seed, surrogate }: StudyDoc,
  hashes: readonly string[],
): Promise<number> {
  // Two large tables at once would be more memory than a fit needs.
  threads.tables.clear();
  const tables = await readTables(store, study, hashes, viewsOf(surrogate));
  if (!tables) {
    await store.embeddings.put(study, { version: hashes.length, hashes: [], points: new Float32Array() });
    return 0;
  }
  const neighbours = await neighboursOfAll(tables, threads.neighbours, signal);
  // One view needs no union, which is what umap-js lacks; the paper's plane is ours in any case.
  const points =
    tables.fisher || surrogate.places === 'plane'
      ? await threads.run('embed', { neighbours, seed }, signal)
      : await threads.run('embedOutputs', { neighbours: neighbours.outputs, seed }, signal);
  const fit = await store.embeddings.put(study, { version: hashes.length, hashes: tables.hashes, points });
  threads.tables.keep(study, fit, tables);
  return tables.hashes.length;
}

const viewsOf = ({ places }: SurrogateSettings): 'both' | 'outputs' =>
  places === 'outputs-plane' ? 'outputs' : 'both';
