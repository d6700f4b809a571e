import type { Metric } from '../../domain/trial.js';
import type { StoredResult } from '../documents.js';
import { fisherSource } from '../next-step.js';
import type { Store } from '../store.js';

/** A finished trial as `best` lists it; numbers that are not finite (a diverged loss) are null. */
export interface RankedFunction extends StoredResult {
  fn: string;
  hash: string;
  /** Trainings with different seeds: the figures are means over them. */
  runs: number;
  /** Standard error of the study's metric; null with one run. */
  stderr: number | null;
  /** Whether it is one of the study's baselines. */
  baseline: boolean;
}

/** The figures of `summary`. */
export interface StudySummary {
  /** Names in the study's spaces, equivalent ones counted each. */
  functions: number;
  unique: number;
  withEigenvalues: number;
  evaluated: number;
  running: number;
  best: RankedFunction | null;
  /** By which it is the best. */
  metric: Metric;
}

export async function studySummary(store: Store, name: string): Promise<StudySummary> {
  const study = await store.studies.get(name);
  const [functions, unique, fisher, statuses, best] = await Promise.all([
    store.functions.countAliases(study.spaces),
    store.functions.countUnique(study.spaces),
    store.fisher.counts(name),
    store.trials.statusCounts(name),
    rankedFunctions(store, name, 1),
  ]);
  return {
    functions,
    unique,
    withEigenvalues: fisherSource(study) === 'none' ? 0 : fisher.defined,
    evaluated: statuses.done,
    running: statuses.running,
    best: best[0] ?? null,
    metric: study.metric,
  };
}

/** The best finished trials by the study's metric, best first; diverged ones last. */
export async function rankedFunctions(store: Store, name: string, top: number): Promise<RankedFunction[]> {
  const study = await store.studies.get(name);
  const trials = await store.trials.best(name, top, study.metric, study.direction);
  return trials.flatMap(({ fn, hash, result }) => {
    if (fn === null || result === null) return [];
    const { valAcc, valLoss, testAcc, testLoss, trainAcc, trainLoss, runtime, runs } = result;
    const stderr = study.metric === 'valAcc' ? result.stderr : (result.lossStderr ?? null);
    const baseline = study.baselines.includes(hash);
    return [{ fn, hash, valAcc, valLoss, testAcc, testLoss, trainAcc, trainLoss, runtime, runs, stderr, baseline }];
  });
}
