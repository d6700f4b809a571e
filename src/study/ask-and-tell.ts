import { nanoid } from 'nanoid';
import { withTaskPredictor } from '../compute/task-predictor.js';
import { loadConfig } from '../config.js';
import { needsUncertainty } from '../domain/surrogate/acquisition.js';
import { adaptRegressor, type OwnRegressor } from '../domain/surrogate/regressors/regressor.js';
import { AquasurfError } from '../errors.js';
import type { TaskFolders } from '../nn/tasks/task-registry.js';
import type { Pipeline } from '../queues/pipeline.js';
import type { StudyDoc } from '../store/documents.js';
import { fisherSource, nextForFisher } from '../store/next-step.js';
import { hashOfName, nameForStudy } from '../store/study-names.js';
import type { Predictor } from '../store/suggest/search-view.js';
import { type ClaimedFunction, predictorWith, suggest, suggestAndClaim } from '../store/suggest/suggest.js';
import { OUTSIDE } from '../store/trials/trial-leases.js';

/** What `claim` gave, or the function and the token of its lease. */
export interface Claim {
  hash?: string;
  /** Under any of its names, where the hash is not given. */
  fn?: string;
  token?: string;
  lease?: { token: string };
}

/** Who asks, and for which study. */
interface Asked {
  pipeline: Pipeline;
  study: StudyDoc;
  /** Instead of the study's regressor. */
  regressor: OwnRegressor | undefined;
  modules: TaskFolders | undefined;
}

/** @throws AquasurfError NOTHING_TO_SUGGEST */
export async function suggestFunction(asked: Asked): Promise<{ fn: string; hash: string }> {
  const { pipeline, study } = asked;
  const { store } = pipeline;
  const hash = await predicting(asked, (predictor) => suggest(store, study, predictor));
  if (hash === undefined) throw nothingToSuggest(study);
  const { fn } = (await store.trials.get(study._id, hash)) ?? { fn: null };
  return { hash, fn: fn ?? (await nameForStudy(store, study, hash)) };
}

/** @throws AquasurfError NOTHING_TO_SUGGEST */
export async function claimFunction(asked: Asked, leaseMs: number): Promise<ClaimedFunction> {
  const { pipeline, study } = asked;
  const owner = `${OUTSIDE}${nanoid(8)}`;
  const outcome = await predicting(asked, (predictor) =>
    suggestAndClaim(pipeline.store, study, { owner, leaseMs, ...predictor }),
  );
  if (outcome.outcome === 'claimed') return outcome.claim;
  throw nothingToSuggest(study);
}

/** @throws AquasurfError FUNCTION_NOT_IN_STUDY for a name that the database does not know */
export async function claimedTrial(
  { store }: Pipeline,
  study: StudyDoc,
  claim: Claim,
): Promise<{ hash: string; token: string }> {
  const token = claim.token ?? claim.lease?.token ?? '';
  const hash = claim.hash ?? (await hashOfName(store, study, claim.fn ?? ''));
  if (hash !== undefined) return { hash, token };
  throw new AquasurfError('FUNCTION_NOT_IN_STUDY', `${claim.fn} is not in study ${study._id}`);
}

/** With the caller's regressor, the task's (in a process of its own), or the study's. */
async function predicting<T>(
  { study, regressor: own, modules }: Asked,
  use: (options: { predictor?: Predictor }) => Promise<T>,
): Promise<T> {
  const { regressor, acquisition } = study.surrogate;
  if (own) return use({ predictor: predictorWith(adaptRegressor(own, needsUncertainty(acquisition))) });
  if (regressor !== 'task') return use({});
  const folders = modules ?? { projectDir: loadConfig().projectDir };
  return withTaskPredictor(study, folders, (predictor) => use(predictor ? { predictor } : {}));
}

const nothingToSuggest = (study: StudyDoc): AquasurfError =>
  new AquasurfError(
    'NOTHING_TO_SUGGEST',
    `study ${study._id} has no waiting function with ${fisherSource(study) === 'none' ? 'output' : 'Fisher'} features: ${nextForFisher(study)}`,
  );
