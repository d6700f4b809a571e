import type { Store } from '../store.js';

/** Work that is done function by function, and whose failures are recorded with the functions. */
export type FunctionWork = 'fisher' | 'trials' | 'retraining';

/** Why functions of a study failed for good, and how many by each reason. */
export type FailureReasons = ReadonlyMap<string, number>;

export function failureReasons(store: Store, study: string, work: FunctionWork): Promise<FailureReasons> {
  switch (work) {
    case 'fisher':
      return store.fisher.failureReasons(study);
    case 'trials':
      return store.trials.failureReasons(study);
    case 'retraining':
      return store.retrainings.failureReasons(study);
  }
}
