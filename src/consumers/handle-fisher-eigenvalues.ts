import { AquasurfError, errorLine } from '../errors.js';
import { reconcileEmbedding } from '../producers/reconcile.js';
import type { FisherSettings } from '../store/documents.js';
import { expressionOf } from '../store/suggest.js';
import type { TaskReference } from './compute/protocol.js';
import type { Handler, HandlerContext } from './handler.js';

/** Errors that say nothing about the function: the job fails and what it owes stays owed. */
const NOT_THE_FUNCTION = new Set([
  'TASK_NOT_FOUND',
  'TASK_CHANGED',
  'TASK_INVALID',
  'BACKEND_UNAVAILABLE',
  'BACKEND_FAULTY',
]);

/** Computes and records the Fisher features of several functions, each as soon as it is there. */
export const handleFisherEigenvalues: Handler<'fisher-eigenvalues'> = async (
  { study: name, batch, hashes },
  context,
) => {
  const { store, device, progress } = context;
  const study = await store.studies.get(name);
  const owed = await store.trials.owedFisher(name, { hashes });
  const counts = { defined: 0, undefined: 0, failed: 0 };
  const failures: string[] = [];
  await device.use('fisher-eigenvalues', async () => {
    for (const [i, { hash, fisher }] of owed.entries()) {
      context.signal.throwIfAborted();
      const fn = await expressionOf(store, name, hash);
      const outcome = await compute(fn, study.task, fisher.settings ?? study.fisher, context);
      if (outcome) {
        await store.trials.recordFisher(name, hash, { batch }, outcome);
        counts[outcome.state]++;
        if (outcome.state !== 'defined')
          context.log.info({ fn, reason: outcome.reason }, `Fisher features ${outcome.state}`);
      } else failures.push(fn);
      progress((i + 1) / owed.length);
    }
  });
  await reconcileEmbedding(context, study);
  if (failures.length > 0)
    throw new Error(`${failures.length} of ${owed.length} functions failed: ${failures.join(' ')}`);
  return { ...counts, skipped: hashes.length - owed.length };
};

/** @returns undefined when it failed and another attempt follows */
async function compute(
  fn: string,
  task: TaskReference,
  settings: FisherSettings,
  { device, signal, lastAttempt, log }: HandlerContext,
) {
  try {
    const made = await device.call('fisher', { task, fn, settings }, { signal });
    return made.defined
      ? ({ state: 'defined', features: made.features, settings, seconds: made.seconds } as const)
      : ({ state: 'undefined', reason: made.reason, seconds: made.seconds } as const);
  } catch (error) {
    if (signal.aborted) throw error;
    if (error instanceof AquasurfError && NOT_THE_FUNCTION.has(error.code)) throw error;
    log.warn({ fn, err: error }, `Fisher features of ${fn} failed`);
    return lastAttempt ? ({ state: 'failed', reason: errorLine(error) } as const) : undefined;
  }
}
