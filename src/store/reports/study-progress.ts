import type { TrialStatus } from '../../domain/trial.js';
import type { SearchState } from '../documents.js';
import { type FisherSource, fisherSource } from '../next-step.js';
import type { Store } from '../store.js';

/** How far a study is, by what MongoDB holds. */
export interface StudyProgress {
  populate: { spaces: number; expanded: number; ranges: number; done: number; complete: boolean };
  fisher: {
    /** `none`: the task has no network, and functions are told apart by their outputs. */
    source: FisherSource;
    owed: number;
    defined: number;
    undefined: number;
    failed: number;
    complete: boolean;
  };
  /** Features on which the newest plane was fitted; `complete`: no newer fit is owed. */
  embedding: { fitted: number; complete: boolean };
  trials: Record<TrialStatus, number>;
  /** Trainings wanted beside the search, and all runs that there are. */
  retraining: { owed: number; failed: number; runs: number; complete: boolean };
  search: { state: SearchState; trials: number; reason: string | null; complete: boolean };
}

export async function studyProgress(store: Store, name: string): Promise<StudyProgress> {
  const study = await store.studies.get(name);
  // First: spaces that are expanded now have all their ranges when these are counted.
  const expanded = await store.spaces.countExpanded(study.spaces);
  const [ranges, fisher, fitted, trials, retraining, runs] = await Promise.all([
    store.spaces.progress(study.spaces),
    store.fisher.counts(name),
    store.embeddings.latestVersion(name),
    store.trials.statusCounts(name),
    store.retrainings.counts(name),
    store.runs.count(name),
  ]);
  const { state, trials: wanted, reason } = study.search;
  return {
    populate: {
      spaces: study.spaces.length,
      expanded,
      ...ranges,
      complete: expanded === study.spaces.length && ranges.done === ranges.ranges,
    },
    fisher: { source: fisherSource(study), ...fisher, complete: fisher.owed === 0 },
    embedding: { fitted: fitted ?? 0, complete: fisher.owed === 0 && (fitted ?? 0) >= fisher.defined },
    trials,
    retraining: { ...retraining, runs, complete: retraining.owed === 0 },
    search: { state, trials: wanted, reason, complete: state !== 'running' && state !== 'paused' },
  };
}
