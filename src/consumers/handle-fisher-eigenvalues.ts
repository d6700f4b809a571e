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
  const expression = async (hash: string) =>
    store.trials.fixExpression(name, hash, await nameForStudy(store, study, hash));
  const record = async (fn: string, hash: string, outcome: Outcome) => {
    if (outcome.state === 'again') return void failures.push(`${fn}: ${outcome.reason}`);
    // Not recorded: a newer batch owes the features.
    if (await store.fisher.record(name, hash, { batch }, outcome)) counts[outcome.state]++;
    if (outcome.state !== 'defined')
      context.log.info({ fn, reason: outcome.reason }, `Fisher features ${outcome.state}`);
  };
  await device.use('fisher-eigenvalues', async () => {
    // While one function is computed, the last is recorded and the next one's expression read: the device never waits
    // for the database.
    let recording: Promise<void> = Promise.resolve();
    let reading = owed[0] && handled(expression(owed[0].hash));
    try {
      for (const [i, { hash, fisher }] of owed.entries()) {
        context.signal.throwIfAborted();
        const fn = await reading!;
        const following = owed[i + 1];
        reading = following && handled(expression(following.hash));
        const outcome = await compute(fn, study, fisher.settings ?? study.fisher, context);
        await recording;
        recording = handled(record(fn, hash, outcome));
        progress((i + 1) / owed.length);
      }
    } finally {
      await recording;
    }
  });
  await reconcileEmbedding(context, study, false);
  if (failures.length > 0)
    throw new Error(`${failures.length} of ${owed.length} functions failed, the last ${failures.at(-1)}`);
  return { ...counts, skipped: hashes.length - owed.length };
};

/** Awaited later: until then a rejection is nobody's surprise. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

type Outcome = Awaited<ReturnType<typeof compute>>;

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
