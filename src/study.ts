import { isDeepStrictEqual } from 'node:util';
import { nanoid } from 'nanoid';
import type { FunctionResults } from './act-bench/function-results.js';
import { withTaskPredictor } from './compute/task-predictor.js';
import { loadConfig } from './config.js';
import { needsUncertainty } from './domain/surrogate/acquisition.js';
import { adaptRegressor, type OwnRegressor } from './domain/surrogate/regressors/regressor.js';
import type { TrialResult } from './domain/trial.js';
import { AquasurfError } from './errors.js';
import type { TaskFolders } from './nn/tasks/task-registry.js';
import { type FisherOptions, oweFisher } from './producers/fisher/fisher.js';
import { uploadFisher } from './producers/fisher/upload-fisher.js';
import { type ImportOptions, type ImportReport, importResults } from './producers/import-results.js';
import { reconcile } from './producers/reconcile.js';
import { type PopulateOptions, populate } from './producers/spaces/populate.js';
import { oweRetraining, oweTraining, type TrainOptions } from './producers/training/retraining.js';
import { pauseSearch, resumeSearch, type SearchOptions, startSearch, stopSearch } from './producers/training/search.js';
import type { Pipeline } from './queues/pipeline.js';
import type { StudyDoc } from './store/documents.js';
import { type ExportedTable, type ExportOptions, exportTable } from './store/reports/export-table.js';
import { type StudyProgress, studyProgress } from './store/reports/study-progress.js';
import {
  type RankedFunction,
  rankedFunctions,
  type StudySummary,
  studySummary,
} from './store/reports/study-summary.js';
import { hashOfName, nameForStudy } from './store/study-names.js';
import type { Predictor } from './store/suggest/search-view.js';
import { type ClaimedFunction, predictorWith, suggest, suggestAndClaim } from './store/suggest/suggest.js';
import { storedResult } from './store/trials/runs.js';

/** A result from outside: accuracies are fractions, `runtime` is in seconds; only the validation accuracy is needed. */
export interface OutsideResult extends Partial<Omit<TrialResult, 'valAcc'>> {
  valAcc: number;
  /** Tells several trainings of one function apart; their mean counts. @defaultValue the study's seed */
  seed?: number;
}

/** A claim from outside lasts so long without `extend`, in milliseconds. */
const OUTSIDE_LEASE = 3_600_000;

/** One search and everything that can be asked of it. The command line is a thin user of this. */
export class Study {
  constructor(
    readonly name: string,
    protected readonly pipeline: Pipeline,
    /** Where the module of operators of one's own is looked for; only `populate` with additions needs it. */
    protected readonly modules?: TaskFolders,
  ) {}

  /** The study's document: task, spaces, settings. */
  info(): Promise<StudyDoc> {
    return this.pipeline.store.studies.get(this.name);
  }

  /**
   * Enqueues schema expansion and output features of the study's spaces, or of those given (they are added).
   * @throws AquasurfError STUDY_NOT_FOUND, EXPRESSION_INVALID, OPERATORS_CHANGED
   */
  async populate(options: PopulateOptions = {}): Promise<void> {
    await populate(this.pipeline, this.name, { ...(this.modules ? { modules: this.modules } : {}), ...options });
    await reconcile(this.pipeline, { study: this.name, retryFailed: true });
  }

  /**
   * Enqueues Fisher features.
   * @returns number of functions newly owed
   * @throws AquasurfError FUNCTION_NOT_IN_STUDY, FAILED where the study is not populated or its features are uploaded
   */
  async fisher(options: FisherOptions = {}): Promise<number> {
    const owed = await oweFisher(this.pipeline, this.name, options);
    await reconcile(this.pipeline, { study: this.name, retryFailed: true });
    return owed;
  }

  /**
   * Enqueues trainings of functions without a search, with several seeds each; those that are there count. A function
   * that gets its first result so takes the lowest free number of a trial: `trials` of `search` counts it.
   * @returns number of trainings newly owed
   * @throws AquasurfError FUNCTION_NOT_IN_STUDY, FAILED where the study is not populated, USAGE where its task has no network
   */
  async train(options: TrainOptions = {}): Promise<number> {
    const owed = await oweTraining(this.pipeline, this.name, options);
    await reconcile(this.pipeline, { study: this.name, retryFailed: true });
    return owed;
  }

  /**
   * Enqueues trainings of the best functions with further seeds, so that luck decides less between them.
   * @returns number of trainings newly owed
   * @throws AquasurfError USAGE where the task has no network
   */
  async retrain(options: { top: number; count: number }): Promise<number> {
    const owed = await oweRetraining(this.pipeline, this.name, options);
    await reconcile(this.pipeline, { study: this.name, retryFailed: true });
    return owed;
  }

  /**
   * Stores Fisher features of a function that were computed elsewhere. From the first upload on only uploaded ones count
   * in this study, all with as many values in each layer.
   * @param cdfs of each layer, in the same order for every function: the cumulated histogram of its log eigenvalues,
   *   0 to 1, non-decreasing, ending in 1
   * @throws AquasurfError FEATURES_INVALID, FUNCTION_NOT_IN_STUDY, FAILED where the study has computed features
   */
  uploadFisher(fn: string, cdfs: ReadonlyArray<ArrayLike<number>>): Promise<void> {
    return uploadFisher(this.pipeline, this.name, fn, cdfs);
  }

  /**
   * Enqueues training slots until `trials` trials are done.
   * @throws AquasurfError USAGE for options that make no sense, and where the task has no network
   */
  search(options: SearchOptions): Promise<void> {
    return startSearch(this.pipeline, this.name, options);
  }

  /**
   * Begins no further trial until `resume`; those that run are finished.
   * @throws AquasurfError FAILED where no search runs
   */
  pause(): Promise<void> {
    return pauseSearch(this.pipeline, this.name);
  }

  /**
   * Goes on with a search that was paused.
   * @throws AquasurfError FAILED where none is paused
   */
  resume(): Promise<void> {
    return resumeSearch(this.pipeline, this.name);
  }

  /**
   * Ends the search: trials that run are finished and count. `search` begins it again.
   * @throws AquasurfError FAILED where there is none
   */
  stop(): Promise<void> {
    return stopSearch(this.pipeline, this.name);
  }

  /**
   * The function that the surrogate would train next; nothing is taken.
   * @param options.regressor an object of your own instead of the study's regressor
   * @throws AquasurfError NOTHING_TO_SUGGEST
   */
  async suggest(options: { regressor?: OwnRegressor } = {}): Promise<{ fn: string; hash: string }> {
    const { store } = this.pipeline;
    const study = await this.info();
    const hash = await this.#predicting(study, options.regressor, (predictor) => suggest(store, study, predictor));
    if (hash === undefined) throw this.#nothingToSuggest();
    const { fn } = (await store.trials.get(this.name, hash)) ?? { fn: null };
    return { hash, fn: fn ?? (await nameForStudy(store, study, hash)) };
  }

  /**
   * Suggests and takes the function, so that nobody else gets it: train it, then `report` with the token of its lease
   * before that ends, or `extend` it.
   * @param leaseMs without a report or `extend` it is offered again after this, in milliseconds. @defaultValue 1 hour
   * @throws AquasurfError NOTHING_TO_SUGGEST
   */
  async claim(leaseMs: number = OUTSIDE_LEASE, options: { regressor?: OwnRegressor } = {}): Promise<ClaimedFunction> {
    const { store } = this.pipeline;
    const owner = `outside-${nanoid(8)}`;
    const study = await this.info();
    const outcome = await this.#predicting(study, options.regressor, (predictor) =>
      suggestAndClaim(store, study, { owner, leaseMs, ...predictor }),
    );
    if (outcome.outcome === 'claimed') return outcome.claim;
    throw this.#nothingToSuggest();
  }

  /**
   * Extends a claim.
   * @param leaseMs from now on, in milliseconds. @defaultValue 1 hour
   * @returns false when it was lost
   */
  extend(claim: { hash: string; token: string }, leaseMs: number = OUTSIDE_LEASE): Promise<boolean> {
    return this.pipeline.store.leases.extend(this.name, claim.hash, claim.token, leaseMs);
  }

  /**
   * Records a result from outside: of a claim, or of any function of the study that nobody holds. The same report may
   * come twice.
   * @param token of the claim
   * @throws AquasurfError LEASE_LOST, FUNCTION_NOT_IN_STUDY, RESULT_EXISTS where the seed has a result with other figures
   */
  async report(fn: string, outside: OutsideResult, token?: string): Promise<void> {
    const { store } = this.pipeline;
    const study = await this.info();
    const hash = await hashOfName(store, study, fn);
    const notInStudy = new AquasurfError(
      'FUNCTION_NOT_IN_STUDY',
      `${fn} is not in study ${this.name}: add it with \`aquasurf populate ${this.name} --fn "${fn}" --wait\``,
    );
    if (hash === undefined) throw notInStudy;
    const none = { valLoss: null, testAcc: null, testLoss: null, trainAcc: null, trainLoss: null, runtime: null };
    const { seed = study.seed, ...figures } = outside;
    const run = { seed, result: { ...none, ...figures }, history: [], worker: 'outside' };
    if (token !== undefined) {
      await store.results.report(this.name, hash, token, run);
    } else {
      if (!(await store.functions.isIn(study.spaces, hash))) {
        throw notInStudy;
      }
      await store.results.reportOutside(this.name, hash, fn, run);
      const counts = (await store.runs.get(this.name, hash, seed))?.result;
      if (counts && !isDeepStrictEqual(counts, storedResult(run.result))) {
        throw new AquasurfError(
          'RESULT_EXISTS',
          `${fn} has a result with seed ${seed} in study ${this.name} (validation accuracy ${counts.valAcc}), which stays: ` +
            'report a further training with another seed (--seed)',
        );
      }
    }
    await reconcile(this.pipeline, { study: this.name });
  }

  /** Finished trials, best first. @param top @defaultValue 10 */
  best(top = 10): Promise<RankedFunction[]> {
    return rankedFunctions(this.pipeline.store, this.name, top);
  }

  /** How many functions there are, have features, were evaluated, and the best of them. */
  summary(): Promise<StudySummary> {
    return studySummary(this.pipeline.store, this.name);
  }

  /** How far each stage is, and whether it is complete. */
  progress(): Promise<StudyProgress> {
    return studyProgress(this.pipeline.store, this.name);
  }

  /** Adds functions with results from elsewhere to the study's space and trials (`readResults` reads a file). */
  async importResults(functions: readonly FunctionResults[], options: ImportOptions = {}): Promise<ImportReport> {
    const report = await importResults(this.pipeline, this.name, functions, options);
    await reconcile(this.pipeline, { study: this.name });
    return report;
  }

  /** The evaluated functions with their results and features, as a table in the format of Act-Bench. */
  exportTable(options: ExportOptions = {}): Promise<ExportedTable> {
    return exportTable(this.pipeline.store, this.name, options);
  }

  /** Forgets all results and keeps features. A running search ends first. */
  async clean(): Promise<void> {
    await this.#endSearch();
    await this.pipeline.store.trials.clean(this.name);
  }

  /** Resets only trials without a validation accuracy: running, failed, and done ones that reached none. */
  async softClean(): Promise<void> {
    await this.#endSearch();
    await this.pipeline.store.trials.softClean(this.name);
  }

  /** Deletes the study with its trials, runs and plane; functions and spaces, shared with other studies, stay. */
  async delete(): Promise<void> {
    await this.#endSearch();
    await this.pipeline.store.studies.delete(this.name);
  }

  /** With the caller's regressor, the task's (in a process of its own), or the study's. */
  async #predicting<T>(
    study: StudyDoc,
    own: OwnRegressor | undefined,
    use: (options: { predictor?: Predictor }) => Promise<T>,
  ): Promise<T> {
    const { regressor, acquisition } = study.surrogate;
    if (own) return use({ predictor: predictorWith(adaptRegressor(own, needsUncertainty(acquisition))) });
    if (regressor !== 'task') return use({});
    const folders = this.modules ?? { projectDir: loadConfig().projectDir };
    return withTaskPredictor(study, folders, (predictor) => use(predictor ? { predictor } : {}));
  }

  async #endSearch(): Promise<void> {
    await this.pipeline.store.studies.setSearchState(this.name, ['running', 'paused'], 'stopped', 'cleaned');
  }

  #nothingToSuggest(): AquasurfError {
    return new AquasurfError(
      'NOTHING_TO_SUGGEST',
      `study ${this.name} has no waiting function with Fisher features: run \`aquasurf fisher ${this.name}\` with a worker`,
    );
  }
}
