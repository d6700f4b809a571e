import type { FunctionResults } from './act-bench/function-results.js';
import type { OwnRegressor } from './domain/surrogate/regressors/regressor.js';
import { errorLine } from './errors.js';
import { type FisherOptions, oweFisher } from './producers/fisher/fisher.js';
import { uploadFisher } from './producers/fisher/upload-fisher.js';
import { type ImportOptions, type ImportReport, importResults } from './producers/import-results.js';
import { reconcile } from './producers/reconcile.js';
import { type PopulateOptions, populate } from './producers/spaces/populate.js';
import { type OutsideResult, type ReportOptions, reportResult } from './producers/training/report-result.js';
import { oweRetraining, oweTraining, type TrainOptions } from './producers/training/retraining.js';
import { pauseSearch, resumeSearch, type SearchOptions, startSearch, stopSearch } from './producers/training/search.js';
import type { StudyDoc } from './store/documents.js';
import type { ClaimedFunction } from './store/suggest/suggest.js';
import type { KeptOfTask } from './store/task-of-study.js';
import { argument } from './study/arguments.js';
import { type Claim, claimedTrial, claimFunction, suggestFunction } from './study/ask-and-tell.js';
import { takeChangedTask, updateStudyTask } from './study/changed-task.js';
import { StudyReadings } from './study/study-readings.js';
import type { WaitOptions, WatchOptions } from './study/watch.js';

/** A claim from outside lasts so long without `extend`, in milliseconds. */
const OUTSIDE_LEASE = 3_600_000;

/** One search and everything that can be asked of it. The command line is a thin user of this. */
export class Study extends StudyReadings {
  /**
   * Goes on with the task as it is now on disk, which is tried before; a running search ends.
   * @param keep what stays of features and results; needed where there are some
   * @throws AquasurfError USAGE where `keep` is needed; TASK_INVALID and others of the task, OPERATORS_CHANGED
   */
  async updateTask(keep?: KeptOfTask): Promise<StudyDoc> {
    argument('keep', keep, 'updateTask: keep');
    return updateStudyTask(this.pipeline, this.name, this.modules, keep);
  }

  /**
   * Enqueues schema expansion and output features of the study's spaces, or of those given (they are added).
   * @throws AquasurfError STUDY_NOT_FOUND, EXPRESSION_INVALID, OPERATORS_CHANGED
   */
  async populate(options: PopulateOptions & WaitOptions = {}): Promise<void> {
    argument('populateOptions', options, 'populate');
    await takeChangedTask(this.pipeline, this.name, this.modules);
    await populate(this.pipeline, this.name, { ...(this.modules ? { modules: this.modules } : {}), ...options });
    await reconcile(this.pipeline, { study: this.name, retryFailed: true });
    await this.#waited(options, 'populate');
  }

  /**
   * Enqueues Fisher features.
   * @returns number of functions newly owed
   * @throws AquasurfError FUNCTION_NOT_IN_STUDY, FAILED where the study is not populated or its features are uploaded
   */
  async fisher(options: FisherOptions & WaitOptions = {}): Promise<number> {
    argument('fisherOptions', options, 'fisher');
    await takeChangedTask(this.pipeline, this.name, this.modules);
    const owed = await oweFisher(this.pipeline, this.name, options);
    await reconcile(this.pipeline, { study: this.name, retryFailed: true });
    await this.#waited(options, ['fisher', 'embedding']);
    return owed;
  }

  /**
   * Enqueues trainings of functions without a search, with several seeds each; those that are there count. A function
   * that gets its first result so takes the lowest free number of a trial: `trials` of `search` counts it.
   * @returns number of trainings newly owed
   * @throws AquasurfError FUNCTION_NOT_IN_STUDY, FAILED where the study is not populated, USAGE where its task has no network
   */
  async train(options: TrainOptions & WaitOptions = {}): Promise<number> {
    argument('trainOptions', options, 'train');
    const owed = await oweTraining(this.pipeline, this.name, options);
    await reconcile(this.pipeline, { study: this.name, retryFailed: true });
    await this.#waited(options, 'retraining');
    return owed;
  }

  /**
   * Enqueues trainings of the best functions with further seeds, so that luck decides less between them.
   * @returns number of trainings newly owed
   * @throws AquasurfError USAGE where the task has no network
   */
  async retrain(options: { top: number; count: number } & WaitOptions): Promise<number> {
    argument('retrainOptions', options, 'retrain');
    const owed = await oweRetraining(this.pipeline, this.name, options);
    await reconcile(this.pipeline, { study: this.name, retryFailed: true });
    await this.#waited(options, 'retraining');
    return owed;
  }

  /**
   * Stores Fisher features of a function that were computed elsewhere. From the first upload on only uploaded ones count
   * in this study, all with as many values in each layer.
   * @param cdfs of each layer, in the same order for every function: the cumulated histogram of its log eigenvalues,
   *   0 to 1, non-decreasing, ending in 1
   * @throws AquasurfError FEATURES_INVALID, FUNCTION_NOT_IN_STUDY, FAILED where the study has computed features
   */
  async uploadFisher(fn: string, cdfs: ReadonlyArray<ArrayLike<number>>): Promise<void> {
    argument('fn', fn, 'uploadFisher: fn');
    return uploadFisher(this.pipeline, this.name, fn, cdfs);
  }

  /**
   * Enqueues training slots until `trials` trials are done.
   * @throws AquasurfError USAGE for options that make no sense, and where the task has no network
   */
  async search(options: SearchOptions & WaitOptions): Promise<void> {
    argument('searchOptions', options, 'search');
    await startSearch(this.pipeline, this.name, options);
    await this.#waited(options, 'search');
  }

  /**
   * Begins no further trial until `resume`; those that run are finished.
   * @throws AquasurfError FAILED where no search runs
   */
  async pause(): Promise<void> {
    return pauseSearch(this.pipeline, this.name);
  }

  /**
   * Goes on with a search that was paused.
   * @throws AquasurfError FAILED where none is paused
   */
  async resume(): Promise<void> {
    return resumeSearch(this.pipeline, this.name);
  }

  /**
   * Ends the search: trials that run are finished and count. `search` begins it again.
   * @throws AquasurfError FAILED where there is none
   */
  async stop(): Promise<void> {
    return stopSearch(this.pipeline, this.name);
  }

  /**
   * The function that the surrogate would train next; nothing is taken.
   * @param options.regressor an object of your own instead of the study's regressor
   * @throws AquasurfError NOTHING_TO_SUGGEST
   */
  async suggest(options: { regressor?: OwnRegressor } = {}): Promise<{ fn: string; hash: string }> {
    argument('suggestOptions', options, 'suggest');
    return suggestFunction(await this.#asked(options));
  }

  /**
   * Suggests and takes the function, so that nobody else gets it: train it, then `report` with the token of its lease
   * before that ends, or `extend` it.
   * @param leaseMs without a report or `extend` it is offered again after this, in milliseconds. @defaultValue 1 hour
   * @throws AquasurfError NOTHING_TO_SUGGEST
   */
  async claim(leaseMs: number = OUTSIDE_LEASE, options: { regressor?: OwnRegressor } = {}): Promise<ClaimedFunction> {
    argument('leaseMs', leaseMs, 'claim: leaseMs');
    argument('suggestOptions', options, 'claim');
    return claimFunction(await this.#asked(options), leaseMs);
  }

  /**
   * Extends a claim.
   * @param leaseMs from now on, in milliseconds. @defaultValue 1 hour
   * @returns false when it was lost
   */
  async extend(claim: Claim, leaseMs: number = OUTSIDE_LEASE): Promise<boolean> {
    argument('leaseMs', leaseMs, 'extend: leaseMs');
    const { hash, token } = await this.#claimed(claim, 'extend');
    return this.pipeline.store.leases.extend(this.name, hash, token, leaseMs);
  }

  /**
   * Hands a claim back: the function is offered again at once, as if it had not been claimed.
   * @returns false when it was lost
   */
  async release(claim: Claim): Promise<boolean> {
    const { hash, token } = await this.#claimed(claim, 'release');
    const released = await this.pipeline.store.leases.release(this.name, hash, token);
    if (released) await reconcile(this.pipeline, { study: this.name });
    return released;
  }

  /**
   * Says that the function of a claim cannot be trained. It is offered again until it has failed three times.
   * @param reason one line, for `study show`
   * @returns what the function is then; undefined when the claim was lost
   */
  async fail(claim: Claim, reason: string): Promise<'waiting' | 'failed' | undefined> {
    argument('reason', reason, 'fail: reason');
    const { hash, token } = await this.#claimed(claim, 'fail');
    const status = await this.pipeline.store.leases.fail(this.name, hash, token, errorLine(reason));
    if (status !== undefined) await reconcile(this.pipeline, { study: this.name });
    return status;
  }

  /**
   * Records a result from outside: of a claim, or of any function of the study that nobody holds. The same report may
   * come twice.
   * @param how the token of the claim, or options: `{ replace: true }` corrects a result that is there
   * @throws AquasurfError USAGE for figures that cannot be, and without the study's metric; LEASE_LOST,
   *   FUNCTION_NOT_IN_STUDY; RESULT_EXISTS where the seed has a result with other figures, RESULT_NOT_FOUND where it has
   *   none to replace
   */
  async report(fn: string, result: OutsideResult, how: string | ReportOptions = {}): Promise<void> {
    argument('fn', fn, 'report: fn');
    const options = typeof how === 'string' ? { token: how } : how;
    const checkedOptions = argument('reportOptions', options, 'report');
    await reportResult(this.pipeline, this.name, fn, argument('result', result, 'report'), checkedOptions);
    await reconcile(this.pipeline, { study: this.name });
  }

  /** Adds functions with results from elsewhere to the study's space and trials (`readResults` reads a file). */
  async importResults(functions: readonly FunctionResults[], options: ImportOptions = {}): Promise<ImportReport> {
    argument('importOptions', options, 'importResults');
    argument('importedFunctions', functions, 'importResults');
    const report = await importResults(this.pipeline, this.name, functions, options);
    await reconcile(this.pipeline, { study: this.name });
    return report;
  }

  /** Forgets all results and keeps features. A running search ends first. */
  async clean(): Promise<void> {
    await this.#endSearch();
    await this.pipeline.store.trials.clean(this.name);
  }

  /** Resets only trials without a validation accuracy or loss: running, failed, and done ones that reached none. */
  async softClean(): Promise<void> {
    await this.#endSearch();
    await this.pipeline.store.trials.softClean(this.name);
  }

  /** Deletes the study with its trials, runs and plane; functions and spaces, shared with other studies, stay. */
  async delete(): Promise<void> {
    await this.#endSearch();
    await this.pipeline.store.studies.delete(this.name);
  }

  async #waited({ wait, signal }: WaitOptions, stages: NonNullable<WatchOptions['stages']>): Promise<void> {
    if (wait) await this.wait(stages, signal ? { signal } : {});
  }

  async #asked({ regressor }: { regressor?: OwnRegressor }) {
    return { pipeline: this.pipeline, study: await this.info(), regressor, modules: this.modules };
  }

  async #claimed(claim: Claim, verb: string): Promise<{ hash: string; token: string }> {
    argument('claim', claim, verb);
    return claimedTrial(this.pipeline, await this.info(), claim);
  }

  async #endSearch(): Promise<void> {
    await this.pipeline.store.studies.setSearchState(this.name, ['running', 'paused'], 'stopped', 'cleaned');
  }
}
