import { SeededRandom } from '../../domain/random/seeded-random.js';
import { needsUncertainty } from '../../domain/surrogate/acquisition.js';
import { fittedAnew } from '../../domain/surrogate/choose.js';
import type { Regressor } from '../../domain/surrogate/regressors/regressor.js';
import { createRegressor } from '../../domain/surrogate/settings.js';
import { AquasurfError } from '../../errors.js';
import type { Lease, StudyDoc } from '../documents.js';
import type { Store } from '../store.js';
import { nameForStudy } from '../study-names.js';
import { type Predictor, SearchView } from './search-view.js';

/** A function taken from the waiting ones, to be trained and reported by who holds the lease. */
export interface ClaimedFunction {
  hash: string;
  /** The expression to train. */
  fn: string;
  /** Its place in the search. */
  number: number;
  lease: Lease;
}

type SuggestOutcome =
  | { outcome: 'claimed'; claim: ClaimedFunction }
  /** Another trial has the number. */
  | { outcome: 'number-taken' }
  /** No candidate waits. */
  | { outcome: 'none' };

interface SuggestOptions {
  /** The trial's place in the search; ties are drawn by it. @defaultValue the lowest that is free */
  number?: number;
  /** Instead of the study's regressor. */
  predictor?: Predictor;
}

/** Times that others may be faster before we give up; each loss means that somebody else advanced. */
const MAX_RACES = 200;
/** Losses after which the study is read again: much has changed by then. */
const RACES_A_VIEW = 8;

/**
 * The function that the surrogate would train next: reads the stored plane and the results so far, fits the regressor,
 * takes the acquisition's choice among waiting candidates. The same claims and reports give the same suggestions: ties
 * are broken by the study's seed and the number of the trial. What a Gaussian process remembers changes a prediction by
 * rounding errors only.
 * @returns undefined when no candidate waits
 */
export async function suggest(
  store: Store,
  study: StudyDoc,
  options: SuggestOptions = {},
): Promise<string | undefined> {
  const view = await SearchView.read(store, study);
  const number = options.number ?? view.freeNumber;
  const { acquisition } = study.surrogate;
  const predictor = options.predictor ?? predictorOf(study, number, view);
  return view.choose(predictor, acquisition, drawsOf(study, number));
}

/**
 * Suggests and claims in one step. Workers that ask at once get different functions: the claim is atomic, and who loses a
 * race chooses again, among twice as many of the best predictions, so that many who ask at once part quickly.
 */
export async function suggestAndClaim(
  store: Store,
  study: StudyDoc,
  slot: SuggestOptions & { owner: string; leaseMs: number },
): Promise<SuggestOutcome> {
  const { acquisition } = study.surrogate;
  let view: SearchView | undefined;
  for (let race = 0; race < MAX_RACES; race++) {
    if (view === undefined || race % RACES_A_VIEW === 0) view = await SearchView.read(store, study);
    const number = slot.number ?? view.freeNumber;
    const predictor = slot.predictor ?? predictorOf(study, number, view);
    // The first choice depends on nothing but the study; later ones differ from race to race and from caller to caller.
    const random = drawsOf(study, number, race === 0 ? 0 : `${race} ${slot.owner}`);
    const hash = await view.choose(predictor, acquisition, random, 2 ** (race % RACES_A_VIEW));
    if (hash === undefined) return { outcome: 'none' };
    const fn = await readableName(store, study, hash);
    if (fn === undefined) {
      view.lose(hash);
      continue;
    }
    const claimed = await store.leases.claim(study._id, hash, { ...slot, number, fn });
    if (claimed.outcome === 'claimed') {
      return { outcome: 'claimed', claim: { hash, fn: claimed.trial.fn ?? fn, number, lease: claimed.lease } };
    }
    if (claimed.outcome === 'number-taken' && slot.number !== undefined) return { outcome: 'number-taken' };
    // Whoever was faster has the lowest free number too.
    if (slot.number === undefined) view = undefined;
    else view.lose(hash);
  }
  throw new AquasurfError(
    'FAILED',
    `others were faster ${MAX_RACES} times at taking a function of study ${study._id}: ask again, or with fewer at once`,
  );
}

/** Undefined for a function whose document is damaged, which is told. */
async function readableName(store: Store, study: StudyDoc, hash: string): Promise<string | undefined> {
  try {
    return await nameForStudy(store, study, hash);
  } catch (error) {
    if (!(error instanceof AquasurfError && error.code === 'DOCUMENT_INVALID')) throw error;
    store.damage.found('functions', hash, error);
    return undefined;
  }
}

/** The study's own regressor, freshly seeded for the trial. @throws AquasurfError USAGE where it is the task's */
function predictorOf(study: StudyDoc, number: number, view: SearchView): Predictor {
  const { regressor, acquisition } = study.surrogate;
  switch (regressor) {
    case 'task':
      throw new AquasurfError('USAGE', `study ${study._id} predicts with its task's regressor, which was not given`);
    case 'gaussian-process':
      return view.process;
    case 'knn':
    case 'random-forest': {
      const seed = drawsOf(study, number, 'regressor').integer(2 ** 32);
      return predictorWith(createRegressor(regressor, seed), needsUncertainty(acquisition));
    }
  }
}

/** A regressor that is fitted anew for each question. */
export const predictorWith: (regressor: Regressor, uncertain?: boolean) => Predictor = fittedAnew;

function drawsOf(study: StudyDoc, number: number, use: string | number = 0): SeededRandom {
  return new SeededRandom(`suggest ${study.seed} ${number}${use === 0 ? '' : ` ${use}`}`);
}
