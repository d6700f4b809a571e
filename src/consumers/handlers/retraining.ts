import { deadlyReason } from '../../domain/trial.js';
import { AquasurfError, errorLine } from '../../errors.js';
import type { StudyDoc } from '../../store/documents.js';
import { nameForStudy, operatorsOf } from '../../store/study-names.js';
import { isFaultOfFunction } from './fault-of-function.js';
import { FunctionFailed } from './function-failed.js';
import { HandBack } from './hand-back.js';
import type { Handler, HandlerContext, JobReport } from './handler.js';
import { patiently } from './patiently.js';

/** How long it waits for a search that trains the function, in milliseconds. */
const LOOK_AGAIN = 3000;

/**
 * Trains one function with one seed and adds the run to its trial. Of two that do it at once the first run counts; one
 * whose run is stored, or no longer wanted, does nothing.
 */
export const handleRetraining: Handler<'retraining'> = async ({ study: name, hash, seed }, context) => {
  const { store, device } = context;
  if (!(await store.retrainings.owed(name, hash, seed))) return { skipped: 'it is not owed any more' };
  return device.use('retraining', async () => {
    // Faults of this machine (no backend, another task source) show here, before the function pays for them.
    const study = await store.studies.get(name);
    const needs = { task: study.task, operators: operatorsOf(study) };
    await device.call('prepare', needs, { signal: context.signal, about: { study: name } });
    return train(study, hash, seed, context);
  });
};

async function train(study: StudyDoc, hash: string, seed: number, context: HandlerContext): Promise<JobReport> {
  const { store, device, log, owner, signal, progress } = context;
  const trial = await store.trials.get(study._id, hash);
  if (trial?.status === 'running') throw new HandBack('a search trains the function at present', LOOK_AGAIN);
  const fn = trial?.fn ?? (await nameForStudy(store, study, hash));
  const begun = await store.retrainings.begin(study._id, hash, seed);
  if (begun === 'gone') return { skipped: 'it is not owed any more', fn };
  if (begun === 'failed') {
    log.warn({ fn, seed }, `the training of ${fn} with seed ${seed} failed for good: ${deadlyReason}`);
    return { fn, seed, failed: deadlyReason };
  }
  try {
    const known = await store.runs.get(study._id, hash, seed);
    const params = { task: study.task, operators: operatorsOf(study), fn, seed };
    const options = { signal, onProgress: progress, about: { study: study._id, fn } };
    const { result, history } = known ?? (await device.call('train', params, options));
    // Cleaned meanwhile: the results are to be forgotten.
    if (!(await store.retrainings.owed(study._id, hash, seed))) return { skipped: 'it is not owed any more', fn };
    const run = { seed, result, history, worker: owner };
    const aggregate = await patiently(() => store.results.reportOutside(study._id, hash, fn, run), signal);
    await store.retrainings.settle(study._id, hash, seed);
    log.info({ study: study._id, fn, seed, valAcc: result.valAcc, seconds: result.runtime }, `${fn}, seed ${seed}`);
    return { fn, seed, valAcc: result.valAcc, testAcc: result.testAcc, runs: aggregate.runs, mean: aggregate.valAcc };
  } catch (error) {
    if (error instanceof AquasurfError && error.code === 'LEASE_LOST') throw new HandBack(error.message, LOOK_AGAIN);
    if (signal.aborted || !isFaultOfFunction(error)) throw error;
    if (await store.retrainings.fail(study._id, hash, seed, errorLine(error))) {
      throw new FunctionFailed(`${fn}: ${errorLine(error)}`, { cause: error });
    }
    log.warn({ fn, seed, err: error }, `the training of ${fn} with seed ${seed} failed for good`);
    return { fn, seed, failed: errorLine(error) };
  } finally {
    await patiently(() => store.retrainings.end(study._id, hash, seed), signal).catch(() => {});
  }
}
