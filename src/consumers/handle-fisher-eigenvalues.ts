import { errorLine } from '../errors.js';
import { reconcileEmbedding } from '../producers/surrogate.js';
import type { FisherSettings, StudyDoc } from '../store/documents.js';
import { nameForStudy, operatorsOf } from '../store/own-operators.js';
import { isFaultOfFunction } from './fault-of-function.js';
import type { Handler, HandlerContext } from './handler.js';

/** Computes and records the Fisher features of several functions, each as soon as it is there. */
export const handleFisherEigenvalues: Handler<'fisher-eigenvalues'> = async (
  { study: name, batch, hashes },
  context,
) => {
  const { store, device, progress } = context;
  const study = await store.studies.get(name);
  const owed = await store.fisher.owed(name, { batch, hashes });
  const counts = { defined: 0, undefined: 0, failed: 0 };
  const failures: string[] = [];
  await device.use('fisher-eigenvalues', async () => {
    for (const [i, { hash, fisher }] of owed.entries()) {
      context.signal.throwIfAborted();
      const fn = await store.trials.fixExpression(name, hash, await nameForStudy(store, study, hash));
      const outcome = await compute(fn, study, fisher.settings ?? study.fisher, context);
      if (outcome.state !== 'again') {
        // Not recorded: a newer batch owes the features.
        if (await store.fisher.record(name, hash, { batch }, outcome)) counts[outcome.state]++;
        if (outcome.state !== 'defined')
          context.log.info({ fn, reason: outcome.reason }, `Fisher features ${outcome.state}`);
      } else failures.push(`${fn}: ${outcome.reason}`);
      progress((i + 1) / owed.length);
    }
  });
  await reconcileEmbedding(context, study, false);
  if (failures.length > 0)
    throw new Error(`${failures.length} of ${owed.length} functions failed, the last ${failures.at(-1)}`);
  return { ...counts, skipped: hashes.length - owed.length };
};

/** @returns `again` when it failed and another attempt follows */
async function compute(
  fn: string,
  study: StudyDoc,
  settings: FisherSettings,
  { device, signal, lastAttempt, log }: HandlerContext,
) {
  try {
    const made = await device.call(
      'fisher',
      { task: study.task, operators: operatorsOf(study), fn, settings },
      { signal },
    );
    return made.defined
      ? ({ state: 'defined', features: made.features, settings, seconds: made.seconds } as const)
      : ({ state: 'undefined', reason: made.reason, seconds: made.seconds } as const);
  } catch (error) {
    if (signal.aborted) throw error;
    if (!isFaultOfFunction(error)) throw error;
    log.warn({ fn, err: error }, `Fisher features of ${fn} failed`);
    const reason = errorLine(error);
    return lastAttempt ? ({ state: 'failed', reason } as const) : ({ state: 'again', reason } as const);
  }
}
