import { SeededRandom } from '../domain/random/seeded-random.js';
import { chooseCandidate } from '../domain/surrogate/choose.js';
import { KNearestNeighbours } from '../domain/surrogate/k-nearest-neighbours.js';
import type { Lease, StudyDoc } from './documents.js';
import { nameForStudy } from './own-operators.js';
import type { Store } from './store.js';

/** A function taken from the waiting ones, to be trained and reported by who holds the lease. */
export interface ClaimedFunction {
  hash: string;
  /** The expression to train. */
  fn: string;
  /** Its place in the search. */
  number: number;
  lease: Lease;
}

export type SuggestOutcome =
  | { outcome: 'claimed'; claim: ClaimedFunction }
  /** Another trial has the number. */
  | { outcome: 'number-taken' }
  /** No candidate waits. */
  | { outcome: 'none' };

/** Neighbours of the default regressor (DESIGN.md section 6). */
const NEIGHBOURS = 3;
/** Times that others may be faster before we give up; each loss means that somebody else advanced. */
const MAX_RACES = 100;

/**
 * The function that the surrogate would train next: reads the stored plane and the results so far, fits the regressor,
 * takes the best prediction among waiting candidates. The same claims and reports give the same suggestions: ties are
 * broken by the study's seed and the number of the trial.
 * @returns undefined when no candidate waits
 */
export async function suggest(store: Store, study: StudyDoc, number: number): Promise<string | undefined> {
  const [waiting, finished, plane] = await Promise.all([
    store.trials.candidates(study._id),
    store.trials.finished(study._id),
    store.embeddings.latest(study._id),
  ]);
  const points = new Map<string, readonly [number, number]>();
  plane?.hashes.forEach((hash, i) => {
    points.set(hash, [plane.points[2 * i] ?? Number.NaN, plane.points[2 * i + 1] ?? Number.NaN]);
  });
  const baselines = new Set(study.baselines);
  return chooseCandidate({
    candidates: waiting.map(({ hash }) => ({ hash, point: points.get(hash), baseline: baselines.has(hash) })),
    finished: finished.map(({ hash, result }) => ({
      point: points.get(hash),
      value: result[study.metric] ?? Number.NaN,
    })),
    regressor: new KNearestNeighbours(NEIGHBOURS),
    direction: study.direction,
    random: new SeededRandom(`suggest ${study.seed} ${number}`),
  });
}

/**
 * Suggests and claims in one step, as trial `number` of the study. Workers that ask at once get different functions:
 * the claim is atomic, and who loses a race asks again.
 */
export async function suggestAndClaim(
  store: Store,
  study: StudyDoc,
  slot: { number: number; owner: string; leaseMs: number },
): Promise<SuggestOutcome> {
  for (let race = 0; race < MAX_RACES; race++) {
    const hash = await suggest(store, study, slot.number);
    if (hash === undefined) return { outcome: 'none' };
    const fn = await nameForStudy(store, study, hash);
    const claimed = await store.leases.claim(study._id, hash, { ...slot, fn });
    if (claimed.outcome === 'number-taken') return { outcome: 'number-taken' };
    if (claimed.outcome === 'claimed') {
      const claim = { hash, fn: claimed.trial.fn ?? fn, number: slot.number, lease: claimed.lease };
      return { outcome: 'claimed', claim };
    }
  }
  return { outcome: 'none' };
}
