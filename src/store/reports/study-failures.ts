import type { StudyDoc } from '../documents.js';
import type { Store } from '../store.js';
import { nameForStudy } from '../study-names.js';
import { NO_REASON } from '../trials/trial-document.js';

/** Work on a function that was given up after its last attempt. */
export interface StudyFailure {
  work: 'Fisher features' | 'trial' | 'training';
  fn: string;
  /** Of a training beside the search. */
  seed?: number;
  reason: string;
}

/** What failed for good in a study, and why. @param limit of each kind of work */
export async function studyFailures(store: Store, study: StudyDoc, limit: number): Promise<StudyFailure[]> {
  const [features, trials, trainings] = await Promise.all([
    store.trials.withFailedFeatures(study._id, limit),
    store.trials.failed(study._id, limit),
    store.retrainings.failures(study._id, limit),
  ]);
  const found = [
    ...features.map(({ hash, fisher }) => ({ work: 'Fisher features' as const, hash, reason: fisher.reason })),
    ...trials.map(({ hash, error }) => ({ work: 'trial' as const, hash, reason: error })),
    ...trainings.map(({ hash, seed, error }) => ({ work: 'training' as const, hash, seed, reason: error })),
  ];
  const names = await store.functions.names(found.map(({ hash }) => hash));
  return Promise.all(
    found.map(async ({ hash, reason, ...rest }) => ({
      ...rest,
      fn: await nameForStudy(store, study, hash, names),
      reason: reason ?? NO_REASON,
    })),
  );
}
