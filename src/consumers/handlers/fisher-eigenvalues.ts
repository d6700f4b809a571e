import { errorLine } from '../../errors.js';
import { reconcileEmbedding } from '../../producers/surrogate.js';
import type { FisherSettings, StudyDoc, TrialDoc } from '../../store/documents.js';
import { nameForStudy, operatorsOf } from '../../store/study-names.js';
import { isFaultOfFunction } from './fault-of-function.js';
import type { Handler, HandlerContext } from './handler.js';

/** Functions that the device has at a time: the one that is computed and those that follow. */
const AT_HAND = 3;

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
  const names = await store.functions.names(owed.map(({ hash }) => hash));
  const ask = async ({ hash, fn: fixed, fisher }: TrialDoc) => {
    const fn = fixed ?? (await store.trials.fixExpression(name, hash, await nameForStudy(store, study, hash, names)));
    return { fn, hash, outcome: await compute(fn, study, fisher.settings ?? study.fisher, context) };
  };
  const record = async ({ fn, hash, outcome }: Awaited<ReturnType<typeof ask>>) => {
    if (outcome.state === 'again') return void failures.push(`${fn}: ${outcome.reason}`);
    // Not recorded: a newer batch owes the features.
    if (await store.fisher.record(name, hash, { batch }, outcome)) counts[outcome.state]++;
    if (outcome.state !== 'defined')
      context.log.info({ fn, reason: outcome.reason }, `Fisher features ${outcome.state}`);
  };
  await device.use('fisher-eigenvalues', async () => {
    // While one function is computed, the last is recorded and the next ones are at hand: the device waits for nobody.
    const asked: Array<ReturnType<typeof ask>> = [];
    let recording: Promise<void> = Promise.resolve();
    try {
      for (const i of owed.keys()) {
        context.signal.throwIfAborted();
        while (asked.length < Math.min(i + AT_HAND, owed.length)) asked.push(handled(ask(owed[asked.length]!)));
        const computed = await asked[i]!;
        await recording;
        recording = handled(record(computed));
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
