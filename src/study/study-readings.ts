import type { TaskFolders } from '../nn/tasks/task-registry.js';
import type { Pipeline } from '../queues/pipeline.js';
import { checkStudyName } from '../store/document-schemas.js';
import type { StudyDoc } from '../store/documents.js';
import { type ExportedTable, type ExportOptions, exportTable } from '../store/reports/export-table.js';
import { type StudyProgress, studyProgress } from '../store/reports/study-progress.js';
import {
  type RankedFunction,
  rankedFunctions,
  type StudySummary,
  studySummary,
} from '../store/reports/study-summary.js';
import { argument } from './arguments.js';
import { type WatchOptions, watchStudy } from './watch.js';

/** What can be asked of a study; none of it changes anything. */
export class StudyReadings {
  constructor(
    readonly name: string,
    protected readonly pipeline: Pipeline,
    /** Where the modules of its task and of operators of one's own are looked for. */
    protected readonly modules?: TaskFolders,
  ) {
    checkStudyName(name);
  }

  /** The study's document: task, spaces, settings. */
  async info(): Promise<StudyDoc> {
    return this.pipeline.store.studies.get(this.name);
  }

  /** Finished trials, best first. @param top @defaultValue 10 */
  async best(top = 10): Promise<RankedFunction[]> {
    argument('top', top, 'best: top');
    return rankedFunctions(this.pipeline.store, this.name, top);
  }

  /** How many functions there are, have features, were evaluated, and the best of them. */
  async summary(): Promise<StudySummary> {
    return studySummary(this.pipeline.store, this.name);
  }

  /** How far each stage is, and whether it is complete. */
  async progress(): Promise<StudyProgress> {
    return studyProgress(this.pipeline.store, this.name);
  }

  /**
   * How far each stage is: now, and whenever one got further, until all that are named are complete.
   *
   * @example
   * for await (const { trials } of study.watch({ stages: 'search' })) console.log(trials.done);
   *
   * @throws AquasurfError FAILED where a stage has no jobs left and is not complete; the reason of the signal
   */
  async *watch(options: WatchOptions = {}): AsyncGenerator<StudyProgress, void, void> {
    argument('watchOptions', options, 'watch');
    yield* watchStudy(this.pipeline, this.name, options);
  }

  /**
   * Waits until stages are complete, one after another: workers do the work, so there must be one.
   * @param stages `populate`, `fisher`, `embedding`, `search`, `retraining`. @defaultValue all
   * @returns how far the study is then
   * @throws as `watch`
   */
  async wait(stages?: WatchOptions['stages'], { signal }: { signal?: AbortSignal } = {}): Promise<StudyProgress> {
    const options = { ...(stages === undefined ? {} : { stages }), ...(signal === undefined ? {} : { signal }) };
    for await (const _ of this.watch(options));
    return this.progress();
  }

  /** The evaluated functions with their results and features, as a table in the format of Act-Bench. */
  async exportTable(options: ExportOptions = {}): Promise<ExportedTable> {
    argument('exportOptions', options, 'exportTable');
    return exportTable(this.pipeline.store, this.name, options);
  }
}
