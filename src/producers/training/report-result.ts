import { isDeepStrictEqual } from 'node:util';
import { METRIC_NAMES, type Metric, type TrialResult } from '../../domain/trial.js';
import { AquasurfError } from '../../errors.js';
import type { Pipeline } from '../../queues/pipeline.js';
import type { StoredResult, StudyDoc } from '../../store/documents.js';
import { hashOfName } from '../../store/study-names.js';
import { storedResult } from '../../store/trials/runs.js';

/**
 * A result from outside: accuracies are fractions from 0 to 1, `runtime` is in seconds, a loss that is not finite is that
 * of a training that diverged. The study's metric must be there; what is null or absent was not measured.
 */
export interface OutsideResult extends Partial<Record<keyof TrialResult, number | null>> {
  /** Tells several trainings of one function apart; their mean counts. @defaultValue the study's seed */
  seed?: number;
}

export interface ReportOptions {
  /** Of the claim. */
  token?: string;
  /** Correct the result of this seed that is there. What it said before is kept in the run. @defaultValue false */
  replace?: boolean;
}

const UNMEASURED: StoredResult = {
  ...{ valAcc: null, valLoss: null, testAcc: null, testLoss: null },
  ...{ trainAcc: null, trainLoss: null, runtime: null },
};

/** Stores a result from outside: of a claim with its token, or of any function of the study that nobody holds. */
export async function reportResult(
  { store }: Pipeline,
  name: string,
  fn: string,
  { seed: given, ...figures }: OutsideResult,
  { token, replace = false }: ReportOptions = {},
): Promise<void> {
  const study = await store.studies.get(name);
  const seed = given ?? study.seed;
  const result = { ...UNMEASURED, ...figures };
  checkMeasured(study, result, `report of ${fn}`, `give ${study.metric} (${METRIC_FLAGS[study.metric]})`);
  const hash = await hashOfName(store, study, fn);
  if (hash === undefined) throw notInStudy(study, fn);
  const run = { seed, result, history: [], worker: 'outside' };
  if (token !== undefined) {
    await store.results.report(name, hash, token, run, { replace });
  } else {
    if (!(await store.functions.isIn(study.spaces, hash))) throw notInStudy(study, fn);
    await store.results.reportOutside(name, hash, fn.replace(/\s/g, ''), run, { replace });
  }
  const counts = (await store.runs.get(name, hash, seed))?.result;
  if (replace || !counts || isDeepStrictEqual(counts, storedResult(result))) return;
  throw new AquasurfError(
    'RESULT_EXISTS',
    `${fn} has a result with seed ${seed} in study ${name} (${METRIC_NAMES[study.metric]} ${counts[study.metric] ?? 'not finite'}), ` +
      'which stays: report a further training with another seed (--seed), or correct it with replace (--replace)',
  );
}

/**
 * A result without the study's metric would be done, and neither ranked nor seen by the surrogate.
 * @param where for the message, e.g. `report of relu(x)`
 * @param mend what to do
 * @throws AquasurfError USAGE
 */
export function checkMeasured(
  { _id, metric, direction }: Pick<StudyDoc, '_id' | 'metric' | 'direction'>,
  result: Partial<Record<Metric, number | null>>,
  where: string,
  mend: string,
): void {
  if (result[metric] !== null && result[metric] !== undefined) return;
  const diverged = metric === 'valLoss' ? '; of a training that diverged it is NaN' : '';
  throw new AquasurfError(
    'USAGE',
    `${where}: study ${_id} ${direction === 'max' ? 'maximises' : 'minimises'} the ${METRIC_NAMES[metric]}, which is not ` +
      `in the result: ${mend}${diverged}`,
  );
}

const METRIC_FLAGS: Record<Metric, string> = { valAcc: '--val-acc', valLoss: '--val-loss' };

const notInStudy = ({ _id }: StudyDoc, fn: string): AquasurfError =>
  new AquasurfError(
    'FUNCTION_NOT_IN_STUDY',
    `${fn} is not in study ${_id}: add it with \`aquasurf populate ${_id} --fn "${fn}" --wait\``,
  );
