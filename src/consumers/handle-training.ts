import { AquasurfError, errorLine } from '../errors.js';
import { reconcileSearch } from '../producers/reconcile-search.js';
import type { StudyDoc } from '../store/documents.js';
import { type Claim, suggestAndClaim } from '../store/suggest.js';
import { HandBack, type Handler, type HandlerContext, type JobReport } from './handler.js';
import { LeaseKeeper } from './lease-keeper.js';

/** How long a slot waits when features that it could use are on their way, in milliseconds. */
const CANDIDATES_DUE = 5000;

/**
 * A slot: asks the surrogate for a function, claims it as trial `number`, trains it and reports. A slot that comes
 * twice finds its number taken.
 */
export const handleTraining: Handler<'training'> = async ({ study: name, number }, context) => {
  const { store, device } = context;
  const study = await store.studies.get(name);
  if (study.search.state !== 'running') return { skipped: `the search is ${study.search.state}` };
  if (number > study.search.trials) return { skipped: `the search wants ${study.search.trials} trials` };

  const report = await device.use('training', async () => {
    // Faults of this machine (no backend, another task source) show here, before a trial pays for them.
    await device.call('prepare', { task: study.task }, { signal: context.signal });
    const outcome = await suggestAndClaim(store, study, { number, owner: context.owner, leaseMs: context.leaseMs });
    switch (outcome.outcome) {
      case 'number-taken':
        return slotTaken(study, number, context);
      case 'none':
        return nothingToSuggest(study, context);
      case 'claimed':
        return train(study, outcome.claim, context);
    }
  });
  await reconcileSearch(context, await store.studies.get(name), { retryFailed: false });
  return report;
};

async function train(study: StudyDoc, claim: Claim, context: HandlerContext): Promise<JobReport> {
  const { store, device, log, leaseMs, owner, progress } = context;
  const { hash, fn, number, lease } = claim;
  const seed = study.seed;
  const keeper = new LeaseKeeper(store.trials, { study: study._id, hash, lease }, leaseMs, log);
  const signal = AbortSignal.any([context.signal, keeper.signal]);
  try {
    // A worker that died between storing a run and reporting it left the run: training it again would change nothing.
    const known = await store.runs.get(study._id, hash, seed);
    const { result, history } =
      known ?? (await device.call('train', { task: study.task, fn, seed }, { signal, onProgress: progress }));
    await store.trials.report(study._id, hash, lease.token, { seed, result, history, worker: owner });
    log.info(
      { study: study._id, number, fn, valAcc: result.valAcc, seconds: result.runtime },
      `trial ${number}: ${fn}`,
    );
    return { fn, number, valAcc: result.valAcc, testAcc: result.testAcc, runtime: result.runtime };
  } catch (error) {
    if (keeper.signal.aborted || (error instanceof AquasurfError && error.code === 'LEASE_LOST')) {
      return { skipped: 'the lease was lost: another worker has the trial', fn };
    }
    if (context.signal.aborted) await store.trials.release(study._id, hash, lease.token);
    else await store.trials.fail(study._id, hash, lease.token, errorLine(error));
    throw error;
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

async function nothingToSuggest(study: StudyDoc, { store }: HandlerContext): Promise<JobReport> {
  const { owed } = await store.trials.fisherCounts(study._id);
  if (owed > 0) throw new HandBack(`${owed} functions are still owed their Fisher features`, CANDIDATES_DUE);
  const { running } = await store.trials.statusCounts(study._id);
  if (running === 0) {
    await store.studies.setSearchState(study._id, ['running'], 'finished', 'no function is left to suggest');
  }
  return { skipped: 'no function is left to suggest' };
}
