import { deadlyReason } from '../../domain/trial.js';
import { errorLine } from '../../errors.js';
import { reconcileEmbedding } from '../../producers/reconcile-embedding.js';
import type { FisherSettings, StudyDoc, TrialDoc } from '../../store/documents.js';
import type { Store } from '../../store/store.js';
import { nameForStudy, operatorsOf } from '../../store/study-names.js';
import type { FisherOutcome } from '../../store/trials/fisher-update.js';
import { isFaultOfFunction } from './fault-of-function.js';
import { FeatureRecorder } from './feature-recorder.js';
import { FunctionFailed } from './function-failed.js';
import type { Handler, HandlerContext } from './handler.js';
import { patiently } from './patiently.js';

/** Functions that the device has at a time: the one that is computed and those that follow. */
const AT_HAND = 3;

type Outcome = FisherOutcome | { state: 'again'; reason: string };

/** Computes and records the Fisher features of several functions, each as soon as it is there or a second later. */
export const handleFisherEigenvalues: Handler<'fisher-eigenvalues'> = async (
  { study: name, batch, hashes },
  context,
) => {
  const { store, device, progress } = context;
  const study = await store.studies.get(name);
  const owed = await store.fisher.owed(name, { batch, hashes });
  // One at a time, so that it is known at which function a consumer dies, those at which fewest died first.
  const atHand = context.deadly ? 1 : AT_HAND;
  if (context.deadly) owed.sort((a, b) => (a.fisher.expiries ?? 0) - (b.fisher.expiries ?? 0));
  const counts = { defined: 0, undefined: 0, failed: 0 };
  const failures: string[] = [];
  const fns = await expressions(store, study, owed);
  const recorder = new FeatureRecorder(store.fisher, name, batch);
  const present = await store.fisher.sample(name, study.fisher);
  const ask = async ({ hash, fisher }: TrialDoc) => {
    // Where there was no name: what keeps it from having one fails here, when its turn comes.
    const fn = fns.get(hash) ?? (await store.trials.fixExpression(name, hash, await nameForStudy(store, study, hash)));
    const asked = () => compute(fn, study, fisher.settings ?? study.fisher, context);
    const outcome = context.deadly ? await survived({ study: name, batch, hash }, asked, context) : await asked();
    return { fn, hash, outcome: present ? ofSameLength(outcome, present.length, name) : outcome };
  };
  const finish = ({ fn, hash, outcome }: Awaited<ReturnType<typeof ask>>) => {
    if (outcome.state === 'again') return void failures.push(`${fn}: ${outcome.reason}`);
    recorder.add(hash, outcome);
    counts[outcome.state]++;
    if (outcome.state !== 'defined')
      context.log.info({ fn, reason: outcome.reason }, `Fisher features ${outcome.state}`);
  };
  await device.use('fisher-eigenvalues', async () => {
    // While one function is computed, those before it are recorded and the next ones are at hand: the device waits for
    // nobody.
    const asked: Array<ReturnType<typeof ask>> = [];
    // Faults of this machine or of the task (no backend, no data) show here, before functions pay for them.
    const needs = { task: study.task, operators: operatorsOf(study) };
    if (owed.length > 0) await device.call('prepare', needs, { signal: context.signal });
    try {
      for (const i of owed.keys()) {
        context.signal.throwIfAborted();
        while (asked.length < Math.min(i + atHand, owed.length)) asked.push(handled(ask(owed[asked.length]!)));
        finish(await asked[i]!);
        if (context.deadly) await recorder.flush();
        progress((i + 1) / owed.length);
      }
    } finally {
      await recorder.flush();
    }
  });
  await reconcileEmbedding(context, study, false);
  if (failures.length > 0)
    throw new FunctionFailed(`${failures.length} of ${owed.length} functions failed, the last ${failures.at(-1)}`);
  // Not recorded: a newer batch owes the features.
  const computed = counts.defined + counts.undefined + counts.failed;
  return { ...counts, refused: computed - recorder.stored, skipped: hashes.length - owed.length };
};

/** Computes features at which a consumer may die: that they were begun is recorded until they have ended. */
async function survived(
  { study, batch, hash }: { study: string; batch: string; hash: string },
  compute: () => Promise<Outcome>,
  { store, signal }: HandlerContext,
): Promise<Outcome> {
  if (!(await store.fisher.begin(study, hash, { batch }))) return { state: 'failed', reason: deadlyReason };
  let outcome: Outcome | undefined;
  try {
    outcome = await compute();
    return outcome;
  } finally {
    const recorded = outcome !== undefined && outcome.state !== 'again';
    if (!recorded) await patiently(() => store.fisher.end(study, hash), signal).catch(() => {});
  }
}

/** The expressions of the trials by hash, all fixed in one write; those are left out that have no name (yet). */
async function expressions(store: Store, study: StudyDoc, trials: readonly TrialDoc[]): Promise<Map<string, string>> {
  const names = await store.functions.names(trials.map(({ hash }) => hash));
  const fixed = new Map<string, string>();
  const fresh = new Map<string, string>();
  for (const { hash, fn } of trials) {
    const name = fn ?? (await nameForStudy(store, study, hash, names).catch(() => undefined));
    if (name !== undefined) (fn === null ? fresh : fixed).set(hash, name);
  }
  return new Map([...fixed, ...(await store.trials.fixExpressions(study._id, fresh))]);
}

/** Features that were imported from elsewhere may be of another network: they are never mixed. */
function ofSameLength(outcome: Outcome, length: number, study: string): Outcome {
  if (outcome.state !== 'defined' || outcome.features.length === length) return outcome;
  const reason =
    `${outcome.features.length} values, but the features that study ${study} has have ${length}: they were imported from ` +
    `another network or other settings; \`aquasurf fisher ${study} --from-scratch\` computes all of them here`;
  return { state: 'failed', reason };
}

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
): Promise<Outcome> {
  try {
    const made = await device.call(
      'fisher',
      { task: study.task, operators: operatorsOf(study), fn, settings },
      { signal, about: { study: study._id, fn } },
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
