import type { Collection, Db } from 'mongodb';
import { AquasurfError } from '../../errors.js';
import type { FisherSettings, RunDoc, StoredResult, TrialDoc, TrialFisherDoc } from '../documents.js';
import { insertMissing } from '../mongo/insert-missing.js';
import { isDuplicateKey, retryConflicts } from '../mongo/retry.js';
import { packVector } from '../mongo/vectors.js';
import { aggregate, olderThan, type Runs, runId, storedResult } from './runs.js';
import { newTrial, trialId } from './trial-document.js';

/** Results of one function from elsewhere. */
export interface ImportedFunction {
  hash: string;
  fn: string;
  /** None where it was not evaluated. */
  runs: ReadonlyArray<{ seed: number; result: StoredResult }>;
  /** CDF values as uint16; empty where they are undefined, null where they were not computed. */
  features: Uint16Array | null;
}

export interface ImportCounts {
  /** Functions that have results and had none. */
  added: number;
  /** Functions that had results: runs of other seeds have joined theirs. */
  known: number;
  /** Functions that a worker trains at present: import again later. */
  running: number;
  /** Functions without any results, which may be trained. */
  waiting: number;
  /** Functions whose features were taken. */
  features: number;
}

/**
 * Results from elsewhere, many at once: → done with the lowest free numbers. Each function becomes done in one write,
 * after its runs are stored: cut short, an import can be run again, and what is there already stays as it is.
 */
export class ImportResults {
  private readonly trials: Collection<TrialDoc>;
  private readonly runs: Collection<RunDoc>;

  constructor(
    database: Db,
    private readonly allRuns: Runs,
  ) {
    this.trials = database.collection('trials');
    this.runs = database.collection('runs');
  }

  /**
   * @param functions each once
   * @param settings of the features; null: they are left out
   */
  async import(
    study: string,
    functions: readonly ImportedFunction[],
    { settings, now }: { settings: FisherSettings | null; now: Date },
  ): Promise<ImportCounts> {
    const features = await this.putTrials(study, functions, settings);
    await insertMissing(
      this.runs,
      functions.flatMap(({ hash, runs }) =>
        runs.map(({ seed, result }) => ({
          _id: runId(study, hash, seed),
          ...{ study, hash, seed, result: storedResult(result), history: [], worker: 'import', finishedAt: now },
        })),
      ),
    );
    const counts = { added: 0, known: 0, running: 0, waiting: 0, features };
    const numbers = new FreeNumbers(this.trials, study);
    for (const { hash } of functions) counts[await this.finish(study, hash, numbers)] += 1;
    return counts;
  }

  /** Makes trials where there are none, and gives features to those that have none. @returns how many were given */
  private async putTrials(study: string, functions: readonly ImportedFunction[], settings: FisherSettings | null) {
    const documents = functions.map(({ hash, fn, features }) => ({
      ...newTrial(study, hash, fisherField(features, settings)),
      fn,
    }));
    const known = await insertMissing(this.trials, documents);
    let given = documents.filter(({ fisher }) => fisher.state === 'defined').length;
    for (const { _id, fn, fisher } of known) {
      const lacking = { 'fisher.state': { $in: ['absent', 'failed', 'owed'] as TrialFisherDoc['state'][] } };
      if (fisher.state !== 'absent') {
        const { modifiedCount } = await retryConflicts(() =>
          this.trials.updateOne({ _id, ...lacking }, { $set: { fisher } }),
        );
        if (fisher.state === 'defined') given -= 1 - modifiedCount;
      }
      await retryConflicts(() => this.trials.updateOne({ _id, fn: null }, { $set: { fn } }));
    }
    return given;
  }

  private async finish(
    study: string,
    hash: string,
    numbers: FreeNumbers,
  ): Promise<'added' | 'known' | 'running' | 'waiting'> {
    const _id = trialId(study, hash);
    const runs = await this.allRuns.figures(study, hash);
    if (runs.length === 0) return 'waiting';
    const result = aggregate(runs);
    const more = { _id, status: 'done' as const, ...olderThan(result) };
    while (true) {
      const number = await numbers.next();
      try {
        const { matchedCount } = await retryConflicts(() =>
          this.trials.updateOne(
            { _id, status: { $in: ['waiting', 'failed'] } },
            {
              $set: { status: 'done', result, number, lease: null, error: null, doneBy: null },
              $currentDate: { 'timings.finishedAt': true },
            },
          ),
        );
        if (matchedCount === 1) return 'added';
        numbers.giveBack();
        await retryConflicts(() => this.trials.updateOne(more, { $set: { result } }));
        const trial = await this.trials.findOne({ _id }, { projection: { status: 1 } });
        if (trial?.status === 'done') return 'known';
        if (trial?.status === 'running') return 'running';
        if (!trial) throw new AquasurfError('FAILED', `the trials of study ${study} were deleted during the import`);
      } catch (error) {
        // A search took the number meanwhile.
        if (!isDuplicateKey(error)) throw error;
      }
    }
  }
}

function fisherField(features: Uint16Array | null, settings: FisherSettings | null): TrialFisherDoc {
  if (!settings || !features) return { state: 'absent' };
  if (features.length === 0) return { state: 'undefined', reason: 'imported without features', settings };
  return { state: 'defined', job: 'import', settings, features: packVector(features) };
}

/** Numbers that no trial has but waiting and failed ones, ascending. */
class FreeNumbers {
  #taken: Set<number> | undefined;
  #last = 0;

  constructor(
    private readonly trials: Collection<TrialDoc>,
    private readonly study: string,
  ) {}

  async next(): Promise<number> {
    if (!this.#taken) {
      const filter = { study: this.study, status: { $nin: ['waiting', 'failed'] as TrialDoc['status'][] } };
      const found = await this.trials.find(filter).project<{ number: number }>({ _id: 0, number: 1 }).toArray();
      this.#taken = new Set(found.map(({ number }) => number));
    }
    do this.#last += 1;
    while (this.#taken.has(this.#last));
    return this.#last;
  }

  /** The last one was not used. */
  giveBack(): void {
    this.#last -= 1;
  }
}
