import { retryConflicts } from './retry.js';
import { TrialResults } from './trial-results.js';

const FORGOTTEN = {
  status: 'waiting',
  number: null,
  lease: null,
  attempts: 0,
  error: null,
  result: null,
  doneBy: null,
  timings: {},
} as const;

/**
 * `trials`: one function in one study. Built up in layers, a file each: what is asked (trial-queries.ts), Fisher features
 * (trial-fisher.ts), claims and leases (trial-leases.ts), results (trial-results.ts), and here what people do to all
 * trials of a study at once.
 */
export class Trials extends TrialResults {
  /**
   * Forgets all results: every trial is waiting again, its runs are gone, its Fisher features and expression stay. Leases
   * end first, so that no worker can report in between; cut short, it can be run again.
   * @returns how many trials it changed
   */
  async clean(study: string): Promise<number> {
    const { modifiedCount } = await retryConflicts(() =>
      this.trials.updateMany(
        { study, $or: [{ status: { $in: ['running', 'done', 'failed'] } }, { attempts: { $gt: 0 } }] },
        { $set: FORGOTTEN },
      ),
    );
    await this.runs.deleteMany({ study });
    return modifiedCount;
  }

  /**
   * Makes waiting again what has no validation accuracy: running and failed trials, and done ones without it.
   * @returns how many trials it changed
   */
  async softClean(study: string): Promise<number> {
    const without = await this.trials
      .find({ study, status: 'done', 'result.valAcc': null })
      .project<{ hash: string }>({ _id: 0, hash: 1 })
      .toArray();
    const { modifiedCount } = await retryConflicts(() =>
      this.trials.updateMany(
        { study, status: { $in: ['running', 'done', 'failed'] }, 'result.valAcc': null },
        { $set: FORGOTTEN },
      ),
    );
    if (without.length > 0) await this.runs.deleteMany({ study, hash: { $in: without.map(({ hash }) => hash) } });
    return modifiedCount;
  }
}
