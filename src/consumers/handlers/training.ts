import { taskPredictor } from '../../compute/task-predictor.js';
import { AquasurfError, errorLine } from '../../errors.js';
import { reconcileSearch, searchOutlook } from '../../producers/training/reconcile-search.js';
import type { StudyDoc } from '../../store/documents.js';
import { operatorsOf } from '../../store/study-names.js';
import { type ClaimedFunction, suggestAndClaim } from '../../store/suggest/suggest.js';
import { isFaultOfFunction } from './fault-of-function.js';
import { FunctionFailed } from './function-failed.js';
import { HandBack } from './hand-back.js';
import type { Handler, HandlerContext, JobReport } from './handler.js';
import { LeaseKeeper } from './lease-keeper.js';
import { patiently } from './patiently.js';

/** How long a slot waits for what others are about to bring, in milliseconds. */
const LOOK_AGAIN = 3000;

/**
 * A slot: asks the surrogate for a function, claims it as trial `number`, trains it and reports. A slot that comes
 * twice finds its number taken.
 */
export const handleTraining: Handler<'training'> = async ({ study: name, number }, context) => {
  const { store, device } = context;
  const refused = await refusal(await store.studies.get(name), number, context);
  if (refused) return refused;

  const report = await device.use('training', async () => {
    // Faults of this machine (no backend, another task source) show here, before a trial pays for them.
    const present = await store.studies.get(name);
    const needs = { task: present.task, operators: operatorsOf(present) };
    await device.call('prepare', needs, { signal: context.signal, about: { study: name } });
    // The search may have been stopped or cleaned while this waited for the device or for data.
    const study = await store.studies.get(name);
    return (await refusal(study, number, context)) ?? suggestAndTrain(study, number, context);
  });
  await reconcileSearch(context, await store.studies.get(name), false);
  return report;
};

/** Why the slot starts no trial; undefined where it may. */
async function refusal(study: StudyDoc, number: number, context: HandlerContext): Promise<JobReport | undefined> {
  const { state, trials, parallel } = study.search;
  if (state !== 'running') return { skipped: `the search is ${state}` };
  if (number > trials) return { skipped: `the search wants ${trials} trials` };
  const { reason, running } = await searchOutlook(context, study);
  if (reason !== undefined) return { skipped: reason };
  if (parallel !== null && running >= parallel) {
    throw new HandBack(`${running} trials run, as many as the search allows`, LOOK_AGAIN);
  }
  return undefined;
}

async function suggestAndTrain(study: StudyDoc, number: number, context: HandlerContext): Promise<JobReport> {
  const { store, owner, leaseMs } = context;
  const predictor = taskPredictor(study, context.device);
  const outcome = await suggestAndClaim(store, study, { number, owner, leaseMs, ...(predictor && { predictor }) });
  switch (outcome.outcome) {
    case 'number-taken':
      return slotTaken(study, number, context);
    case 'none':
      return nothingToSuggest(study, context);
    case 'claimed':
      return train(study, outcome.claim, context);
  }
}

async function train(study: StudyDoc, claim: ClaimedFunction, context: HandlerContext): Promise<JobReport> {
  const { store, device, log, leaseMs, owner, progress } = context;
  const { hash, fn, number, lease } = claim;
  const seed = study.seed;
  const keeper = new LeaseKeeper(store.leases, { study: study._id, hash, lease }, leaseMs, log);
  const signal = AbortSignal.any([context.signal, keeper.signal]);
  try {
    // A worker that died between storing a run and reporting it left the run: training it again would change nothing.
    const known = await store.runs.get(study._id, hash, seed);
    const params = { task: study.task, operators: operatorsOf(study), fn, seed };
    const onProgress = (fraction: number, doing: string) => {
      progress(fraction);
      keeper.moved(fraction > 0 ? `${doing}, ${Math.floor(100 * fraction)} %` : doing);
    };
    const options = { signal, onProgress, about: { study: study._id, fn } };
    const { result, history } = known ?? (await device.call('train', params, options));
    const run = { seed, result, history, worker: owner };
    await patiently(() => store.results.report(study._id, hash, lease.token, run), signal);
    log.info(
      { study: study._id, number, fn, valAcc: result.valAcc, seconds: result.runtime },
      `trial ${number}: ${fn}`,
    );
    return { fn, number, valAcc: result.valAcc, testAcc: result.testAcc, runtime: result.runtime };
  } catch (error) {
    if (keeper.signal.aborted || (error instanceof AquasurfError && error.code === 'LEASE_LOST')) {
      return { skipped: 'the lease was lost: another worker has the trial', fn };
    }
    if (context.signal.aborted || !isFaultOfFunction(error)) {
      await patiently(() => store.leases.release(study._id, hash, lease.token), signal);
      throw error;
    }
    await patiently(() => store.leases.fail(study._id, hash, lease.token, errorLine(error)), signal);
    throw new FunctionFailed(`${fn}: ${errorLine(error)}`, { cause: error });
  } finally {
    keeper.stop();
  }
}

async function slotTaken(study: StudyDoc, number: number, { store, leaseMs }: HandlerContext): Promise<JobReport> {
  const finished = await store.trials.finished(study._id);
  if (finished.some((trial) => trial.number === number)) return { skipped: `trial ${number} is done` };
  // Its worker lives, or its lease will expire: look again then.
  throw new HandBack(`trial ${number} is running`, leaseMs);
}

/** Ends the search, unless a function may still come: from Fisher jobs under way, or from a trial that fails. */
async function nothingToSuggest(study: StudyDoc, { store, queues }: HandlerContext): Promise<JobReport> {
  const batches = await store.fisher.owedBatches(study._id);
  const places = await queues.places(
    'fisher-eigenvalues',
    batches.map((batch) => ({ study: study._id, ...batch })),
  );
  if (places.some((place) => place !== 'failed')) {
    throw new HandBack('functions are still owed their Fisher features', LOOK_AGAIN);
  }
  const { running } = await store.trials.statusCounts(study._id);
  if (running > 0) throw new HandBack(`no function waits, and ${running} are running`, LOOK_AGAIN);
  const owed = batches.length > 0 ? `; the Fisher jobs of ${batches.length} batches failed` : '';
  const reason = `no function is left to suggest${owed}`;
  await store.studies.setSearchState(study._id, ['running'], 'finished', reason);
  return { skipped: reason };
}
