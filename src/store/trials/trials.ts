import type { Collection, Db } from 'mongodb';
import type { Direction, Metric, TrialStatus } from '../../domain/trial.js';
import { TRIAL_STATUSES } from '../../domain/trial.js';
import { AquasurfError } from '../../errors.js';
import type { Damage } from '../damage.js';
import { candidateSchema, checkedDocument, finishedSchema, occupiedSchema, trialSchema } from '../document-schemas.js';
import type { AggregateResult, RetrainingDoc, RunDoc, TrialDoc } from '../documents.js';
import { countBy } from '../mongo/count-by.js';
import { retryConflicts } from '../mongo/retry.js';
import { NO_REASON, trialId, WITHOUT_FEATURES } from './trial-document.js';

const FORGOTTEN = {
  status: 'waiting',
  number: null,
  lease: null,
  attempts: 0,
  expiries: 0,
  error: null,
  result: null,
  doneBy: null,
  timings: {},
} as const;

const WITHOUT_RESULT = { 'result.valAcc': null, 'result.valLoss': null } as const;

/** A function that may be trained next; `fn` is null until its first job fixes the expression. */
interface Candidate {
  hash: string;
  fn: string | null;
}

export interface FinishedTrial {
  hash: string;
  fn: string | null;
  number: number;
  result: AggregateResult;
}

/** A trial that cannot be suggested now; `number` is null for a failed one, `result` but for a done one. */
export type OccupiedTrial = Pick<TrialDoc, 'hash' | 'status' | 'number' | 'result'>;

/**
 * `trials`: one function in one study: what is asked about them, and what people do to all of a study at once. Claims
 * are in trial-leases.ts, reports in trial-results.ts, Fisher features in trial-fisher.ts.
 */
export class Trials {
  private readonly trials: Collection<TrialDoc>;
  private readonly runs: Collection<RunDoc>;
  private readonly retrainings: Collection<RetrainingDoc>;

  constructor(
    database: Db,
    private readonly damage: Damage,
  ) {
    this.trials = database.collection('trials');
    this.runs = database.collection('runs');
    this.retrainings = database.collection('retrainings');
  }

  /** The trial without its feature vector; null where the function has none in this study. */
  async get(study: string, hash: string): Promise<TrialDoc | null> {
    const trial = await this.trials.findOne({ _id: trialId(study, hash) }, { projection: WITHOUT_FEATURES });
    return trial && checkedDocument('trials', trialSchema, trial);
  }

  /** Waiting trials with defined Fisher features, by hash: what the surrogate chooses from. */
  async candidates(study: string): Promise<Candidate[]> {
    const found = await this.trials
      .find({ study, status: 'waiting', 'fisher.state': 'defined' })
      .project<{ _id: string } & Candidate>({ hash: 1, fn: 1 })
      .toArray();
    const candidates = this.damage.sound('trials', candidateSchema, found);
    return candidates.map(({ hash, fn }) => ({ hash, fn })).sort(byHash);
  }

  /** Done trials in the order of their numbers: the order in which the search chose them. */
  async finished(study: string): Promise<FinishedTrial[]> {
    const found = await this.trials
      .find({ study, status: 'done' })
      .sort({ number: 1 })
      .project<{ _id: string } & FinishedTrial>({ hash: 1, fn: 1, number: 1, result: 1 })
      .toArray();
    const finished = this.damage.sound('trials', finishedSchema, found);
    return finished.map(({ hash, fn, number, result }) => ({ hash, fn, number, result }));
  }

  /**
   * All trials that are not waiting, in no order: a suggestion reads them each time, so that it knows the newest results.
   * A malformed one has no result, but keeps its function and its place.
   */
  async occupied(study: string): Promise<OccupiedTrial[]> {
    const found = await this.trials
      .find({ study, status: { $ne: 'waiting' } })
      .project<OccupiedTrial & { _id: string }>({ hash: 1, status: 1, number: 1, result: 1 })
      .toArray();
    return found.map(({ _id, ...trial }) => {
      if (this.damage.isSound('trials', occupiedSchema, { _id, ...trial })) return trial;
      const number = Number.isSafeInteger(trial.number) ? trial.number : null;
      return { hash: _id.slice(study.length + 1), status: 'failed', number, result: null };
    });
  }

  /** Those of the hashes that are waiting with defined Fisher features, by hash. */
  async candidatesAmong(study: string, hashes: readonly string[]): Promise<string[]> {
    const found = await this.trials
      .find({
        _id: { $in: hashes.map((hash) => trialId(study, hash)) },
        status: 'waiting',
        'fisher.state': 'defined',
      })
      .project<{ hash: string }>({ _id: 0, hash: 1 })
      .toArray();
    return found.map(({ hash }) => hash).sort();
  }

  /** Trials that failed in their last attempt; the first so many, by hash. */
  failed(study: string, limit: number): Promise<Pick<TrialDoc, 'hash' | 'error'>[]> {
    return this.trials
      .find({ study, status: 'failed' })
      .sort({ _id: 1 })
      .limit(limit)
      .project<Pick<TrialDoc, 'hash' | 'error'>>({ _id: 0, hash: 1, error: 1 })
      .toArray();
  }

  /** Why trials failed in their last attempt, and how many by each reason. */
  failureReasons(study: string): Promise<Map<string, number>> {
    return countBy(this.trials, { study, status: 'failed' }, 'error', NO_REASON);
  }

  /** Trials whose Fisher features failed in their last attempt; the first so many, by hash. */
  withFailedFeatures(study: string, limit: number): Promise<Pick<TrialDoc, 'hash' | 'fisher'>[]> {
    return this.trials
      .find({ study, 'fisher.state': 'failed' })
      .sort({ _id: 1 })
      .limit(limit)
      .project<Pick<TrialDoc, 'hash' | 'fisher'>>({ _id: 0, hash: 1, 'fisher.reason': 1 })
      .toArray();
  }

  /** The running trials by number, for people and for the reconciler. */
  async running(study: string): Promise<TrialDoc[]> {
    const found = await this.trials
      .find({ study, status: 'running' }, { projection: WITHOUT_FEATURES })
      .sort({ number: 1 })
      .toArray();
    return this.damage.sound('trials', trialSchema, found);
  }

  /**
   * The best done trials, best first. Those whose metric is null (a diverged loss) come last whatever the direction;
   * equal ones in the order of their numbers.
   */
  async best(study: string, top: number, metric: Metric, direction: Direction): Promise<FinishedTrial[]> {
    const worst = direction === 'max' ? -Infinity : Infinity;
    const sign = direction === 'max' ? -1 : 1;
    const value = (trial: FinishedTrial) => sign * (trial.result[metric] ?? worst);
    const compare = (a: FinishedTrial, b: FinishedTrial) =>
      value(a) === value(b) ? a.number - b.number : value(a) - value(b);
    return (await this.finished(study)).sort(compare).slice(0, top);
  }

  /** Numbers of the running and done trials, and of those whose status says nothing that is known, ascending. */
  async takenNumbers(study: string): Promise<number[]> {
    const found = await this.trials
      .find({ study, status: { $nin: ['waiting', 'failed'] } })
      .project<{ number: number }>({ _id: 0, number: 1 })
      .toArray();
    return found.flatMap(({ number }) => (Number.isSafeInteger(number) ? [number] : [])).sort((a, b) => a - b);
  }

  /** How many trials have a status that is not known: their places in the search are theirs. */
  async countDamaged(study: string): Promise<number> {
    return this.trials.countDocuments({ study, status: { $nin: [...TRIAL_STATUSES] } });
  }

  async lowestFreeNumber(study: string): Promise<number> {
    const taken = new Set(await this.takenNumbers(study));
    let number = 1;
    while (taken.has(number)) number += 1;
    return number;
  }

  async statusCounts(study: string): Promise<Record<TrialStatus, number>> {
    const counts = TRIAL_STATUSES.map(
      async (status) => [status, await this.trials.countDocuments({ study, status })] as const,
    );
    return Object.fromEntries(await Promise.all(counts)) as Record<TrialStatus, number>;
  }

  /**
   * Fixes the expression that a trial uses, when its first job starts; the first writer wins.
   * @returns the expression really used
   * @throws AquasurfError FUNCTION_NOT_IN_STUDY
   */
  async fixExpression(study: string, hash: string, fn: string): Promise<string> {
    const fixed = (await this.fixExpressions(study, new Map([[hash, fn]]))).get(hash);
    if (fixed !== undefined) return fixed;
    throw new AquasurfError('FUNCTION_NOT_IN_STUDY', `"${fn}" has no trial in study "${study}": populate it first`);
  }

  /**
   * The same for several trials in one write.
   * @param fns expressions by hash
   * @returns the expressions really used, by hash; a function that has no trial is left out
   */
  async fixExpressions(study: string, fns: ReadonlyMap<string, string>): Promise<Map<string, string>> {
    if (fns.size === 0) return new Map();
    const writes = [...fns].map(([hash, fn]) => ({
      updateOne: { filter: { _id: trialId(study, hash), fn: null }, update: { $set: { fn } } },
    }));
    const { modifiedCount } = await retryConflicts(() => this.trials.bulkWrite(writes, { ordered: false }));
    if (modifiedCount === fns.size) return new Map(fns);
    const found = await this.trials
      .find({ _id: { $in: [...fns.keys()].map((hash) => trialId(study, hash)) } }, { projection: { hash: 1, fn: 1 } })
      .toArray();
    return new Map(found.map(({ hash, fn }) => [hash, fn ?? fns.get(hash)!]));
  }

  /** failed → waiting with all attempts. @returns how many */
  async resetFailed(study: string): Promise<number> {
    const { modifiedCount } = await retryConflicts(() =>
      this.trials.updateMany(
        { study, status: 'failed' },
        { $set: { status: 'waiting', attempts: 0, expiries: 0, error: null } },
      ),
    );
    return modifiedCount;
  }

  /**
   * Forgets all results: every trial is waiting again, its runs are gone, its Fisher features and expression stay. Leases
   * end first, so that no worker can report in between; cut short, it can be run again.
   * @returns how many trials it changed
   */
  async clean(study: string): Promise<number> {
    const { modifiedCount } = await retryConflicts(() =>
      this.trials.updateMany(
        { study, $or: [{ status: { $ne: 'waiting' } }, { attempts: { $gt: 0 } }] },
        { $set: FORGOTTEN },
      ),
    );
    await this.retrainings.deleteMany({ study });
    await this.runs.deleteMany({ study });
    return modifiedCount;
  }

  /**
   * Makes waiting again what has neither validation accuracy nor loss: running and failed trials, and done ones without.
   * @returns how many trials it changed
   */
  async softClean(study: string): Promise<number> {
    const without = await this.trials
      .find({ study, status: 'done', ...WITHOUT_RESULT })
      .project<{ hash: string }>({ _id: 0, hash: 1 })
      .toArray();
    const { modifiedCount } = await retryConflicts(() =>
      this.trials.updateMany(
        { study, status: { $in: ['running', 'done', 'failed'] }, ...WITHOUT_RESULT },
        { $set: FORGOTTEN },
      ),
    );
    if (without.length > 0) await this.runs.deleteMany({ study, hash: { $in: without.map(({ hash }) => hash) } });
    return modifiedCount;
  }
}

function byHash(a: Candidate, b: Candidate): number {
  return a.hash < b.hash ? -1 : 1;
}
