import { AquasurfError } from '../errors.js';
import type { Pipeline } from '../queues/pipeline.js';
import { bringForward } from './bring-forward.js';
import { reconcileFisher } from './fisher/fisher.js';
import { reconcileEmbedding } from './reconcile-embedding.js';
import { reconcileSpaces } from './spaces/reconcile-spaces.js';
import { reconcileSearch } from './training/reconcile-search.js';
import { reconcileRetraining } from './training/retraining.js';

interface ReconcileOptions {
  /** Only this study. @defaultValue all */
  study?: string;
  /** Ask again at once for work whose jobs failed for good: when a person asks. @defaultValue false: after a while */
  retryFailed?: boolean;
}

/**
 * Takes back expired leases, makes jobs due that a wrong clock put far off, and enqueues what MongoDB says is owed and has
 * no job. Every worker and producer may call
 * it at any time, several at once: it adds nothing that is there. A study that cannot be read does not hold up others.
 * @throws what the first study that failed threw, when all have had their turn
 */
export async function reconcile(pipeline: Pipeline, options: ReconcileOptions = {}): Promise<void> {
  const { store } = pipeline;
  await store.leases.expire();
  await bringForward(pipeline.queues);
  const errors: unknown[] = [];
  for (const name of options.study === undefined ? await store.studies.names() : [options.study]) {
    try {
      await reconcileStudy(pipeline, name, options.retryFailed ?? false);
    } catch (error) {
      const damaged = error instanceof AquasurfError && error.code === 'DOCUMENT_INVALID';
      // Told once: its work rests until somebody mends it, and that of others goes on.
      if (damaged && options.study === undefined) store.damage.found('studies', name, error);
      else errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

async function reconcileStudy(pipeline: Pipeline, name: string, retryFailed: boolean): Promise<void> {
  const study = await pipeline.store.studies.get(name);
  await reconcileSpaces(pipeline, study.spaces, retryFailed);
  await reconcileFisher(pipeline, name, retryFailed);
  await reconcileEmbedding(pipeline, study, retryFailed);
  await reconcileSearch(pipeline, study, retryFailed);
  await reconcileRetraining(pipeline, study, retryFailed);
}
