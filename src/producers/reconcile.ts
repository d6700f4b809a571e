import { embeddingIsStale } from '../domain/surrogate/embedding-staleness.js';
import type { Pipeline } from '../queues/pipeline.js';
import type { StudyDoc } from '../store/documents.js';
import { ensureJob } from './ensure-job.js';
import { reconcileSearch } from './reconcile-search.js';

export interface ReconcileOptions {
  /** Only these studies. @defaultValue all */
  studies?: readonly string[];
  /** Ask again for work whose jobs failed for good: when a person asks, not on the timer. @defaultValue false */
  retryFailed?: boolean;
}

/** Ranges looked at in one pass. */
const MAX_RANGES = 5000;

/**
 * Takes back expired leases and re-enqueues what MongoDB says is owed. Every worker and producer may call it at any
 * time, several at once: it adds nothing that is there.
 */
export async function reconcile(pipeline: Pipeline, options: ReconcileOptions = {}): Promise<void> {
  const { store } = pipeline;
  const retryFailed = options.retryFailed ?? false;
  await store.trials.expireLeases();
  const studies = options.studies
    ? await Promise.all(options.studies.map((name) => store.studies.get(name)))
    : await store.studies.list();
  await reconcileSpaces(pipeline, [...new Set(studies.flatMap((study) => study.spaces))], retryFailed);
  for (const study of studies) {
    await reconcileFisher(pipeline, study._id, retryFailed);
    await reconcileEmbedding(pipeline, study, retryFailed);
    await reconcileSearch(pipeline, study, { retryFailed });
  }
}

/** Spaces whose expansion was asked for are owed their ranges; ranges are owed their functions. */
async function reconcileSpaces({ store, queues }: Pipeline, spaceIds: string[], retryFailed: boolean): Promise<void> {
  for (const space of await store.spaces.unexpanded(spaceIds)) {
    const payload = { space: space._id, generation: space.generation };
    const raised = again(payload, () => store.spaces.raiseGeneration(space._id, space.generation));
    await ensureJob(queues, 'schema-expansion', payload, raised, retryFailed);
  }
  for (const { _id, space, from, to, generation } of await store.spaces.owedRanges(spaceIds, MAX_RANGES)) {
    const payload = { space, from, to, generation };
    const raised = again(payload, () => store.spaces.raiseRangeGeneration(_id, generation));
    await ensureJob(queues, 'output-features', payload, raised, retryFailed);
  }
}

async function reconcileFisher({ store, queues }: Pipeline, study: string, retryFailed: boolean): Promise<void> {
  for (const { batch, generation, hashes } of await store.trials.owedFisherBatches(study)) {
    const payload = { study, batch, hashes, generation };
    const raised = again(payload, () => store.trials.raiseFisherGeneration(study, batch, generation));
    await ensureJob(queues, 'fisher-eigenvalues', payload, raised, retryFailed);
  }
}

/** The plane is owed a fit when enough features came since the last one. */
export async function reconcileEmbedding(
  { store, queues }: Pipeline,
  study: StudyDoc,
  retryFailed = false,
): Promise<void> {
  const { owed, defined } = await store.trials.fisherCounts(study._id);
  const fitted = (await store.embeddings.latestVersion(study._id)) ?? 0;
  if (!embeddingIsStale({ fitted, available: defined, owed })) return;
  const seen = study.search.generation;
  const payload = { study: study._id, version: defined, generation: seen };
  const raised = again(payload, () => store.studies.raiseSearchGeneration(study._id, seen));
  await ensureJob(queues, 'surrogate', payload, raised, retryFailed);
}

/** The payload under the generation that `raise` gives; undefined where the work is gone. */
const again =
  <P>(payload: P, raise: () => Promise<number | undefined>) =>
  async (): Promise<(P & { generation: number }) | undefined> => {
    const generation = await raise();
    return generation === undefined ? undefined : { ...payload, generation };
  };
