import { embeddingIsStale } from '../domain/surrogate/embedding/embedding-staleness.js';
import type { Pipeline } from '../queues/pipeline.js';
import type { StudyDoc } from '../store/documents.js';
import { ensureJobs } from './ensure-jobs.js';

/**
 * The embedding is owed a fit when enough Fisher features came since the last one, and its components when they are gone:
 * enqueues it.
 */
export async function reconcileEmbedding(
  { store, queues }: Pipeline,
  study: StudyDoc,
  retryFailed: boolean,
): Promise<void> {
  const { owed, defined } = await store.fisher.counts(study._id);
  const counts = await store.embeddings.latestCounts(study._id);
  const { fitted, version: placed } = counts ?? { fitted: 0, version: 0 };
  const stale = embeddingIsStale({ fitted, placed, available: defined, owed });
  const lost = counts !== null && study.surrogate.places === 'components' && (await noComponents(store, study));
  if (!stale && !lost) return;
  const seen = study.embeddingGeneration;
  const raise = () => store.studies.raiseEmbeddingGeneration(study._id, seen);
  await ensureJobs(queues, 'surrogate', [{ study: study._id, version: defined, generation: seen }], raise, retryFailed);
}

/** Those that were damaged are forgotten. */
const noComponents = async ({ components }: Pipeline['store'], { _id: study }: StudyDoc): Promise<boolean> =>
  (await components.latestVersion(study)) === null;
