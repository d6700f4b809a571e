import type { TrialDoc, TrialFisherDoc } from '../documents.js';

/** All but the vector, which only `TrialFisher.features` reads. */
export const WITHOUT_FEATURES = { 'fisher.features': 0 } as const;

/** Where a failure has none. */
export const NO_REASON = 'no reason was stored';

export function trialId(study: string, hash: string): string {
  return `${study}:${hash}`;
}

/** A trial that nobody has trained. */
export function newTrial(study: string, hash: string, fisher: TrialFisherDoc): TrialDoc {
  return {
    _id: trialId(study, hash),
    study,
    hash,
    fn: null,
    status: 'waiting',
    number: null,
    lease: null,
    attempts: 0,
    error: null,
    fisher,
    result: null,
    doneBy: null,
    timings: {},
  };
}
