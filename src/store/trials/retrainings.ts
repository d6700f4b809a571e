import type { Collection, Db } from 'mongodb';
import { deadlyReason, MAX_ATTEMPTS, MAX_EXPIRIES } from '../../domain/trial.js';
import type { Damage } from '../damage.js';
import { retrainingSchema } from '../document-schemas.js';
import type { RetrainingDoc, RunDoc } from '../documents.js';
import { countBy } from '../mongo/count-by.js';
import { insertMissing } from '../mongo/insert-missing.js';
import { retryConflicts } from '../mongo/retry.js';
import { runId } from './runs.js';
import { NO_REASON } from './trial-document.js';

const READ_BATCH = 1000;

/**
 * `retrainings`: which functions are owed a training with which seed, beside the search.
 *
 * ```
 * absent ──owe──▶ owed ──settle (its run is stored)──▶ absent
 *                  ▲ └──fail, at the last attempt──▶ failed
 *                  │ └──begin, when consumers died at it──▶ failed
 *                  └───────────────owe────────────────┘
 * ```
 */
export class Retrainings {
  private readonly collection: Collection<RetrainingDoc>;
  private readonly runs: Collection<RunDoc>;

  constructor(
    database: Db,
    private readonly damage: Damage,
  ) {
    this.collection = database.collection('retrainings');
    this.runs = database.collection('runs');
  }

  /**
   * Makes runs owed that are neither there nor owed; those that failed get their attempts again.
   * @returns how many this call made owed
   */
  async owe(study: string, wanted: ReadonlyArray<{ hash: string; seed: number }>): Promise<number> {
    const missing = await this.withoutRun(study, wanted);
    const entries = missing.map(({ hash, seed }): RetrainingDoc => {
      const fields = { state: 'owed', attempts: 0, error: null, generation: 0 } as const;
      return { _id: runId(study, hash, seed), study, hash, seed, ...fields };
    });
    const known = await insertMissing(this.collection, entries);
    const { modifiedCount } = await retryConflicts(() =>
      this.collection.updateMany(
        { _id: { $in: known.map(({ _id }) => _id) }, state: 'failed' },
        { $set: { state: 'owed', attempts: 0, expiries: 0, error: null }, $inc: { generation: 1 } },
      ),
    );
    return entries.length - known.length + modifiedCount;
  }

  /** The one that is owed; null where it is not (any more). */
  async owed(study: string, hash: string, seed: number): Promise<RetrainingDoc | null> {
    return this.collection.findOne({ _id: runId(study, hash, seed), state: 'owed' });
  }

  /** Those that are owed, by function; the first so many. */
  async allOwed(study: string, limit: number): Promise<RetrainingDoc[]> {
    const found = await this.collection.find({ study, state: 'owed' }).sort({ _id: 1 }).limit(limit).toArray();
    return this.damage.sound('retrainings', retrainingSchema, found);
  }

  async counts(study: string): Promise<{ owed: number; failed: number }> {
    const [owed, failed] = await Promise.all(
      (['owed', 'failed'] as const).map((state) => this.collection.countDocuments({ study, state })),
    );
    return { owed: owed!, failed: failed! };
  }

  /** What went wrong, by function, with those that failed. */
  async failures(study: string, limit: number): Promise<RetrainingDoc[]> {
    const found = await this.collection.find({ study, state: 'failed' }).sort({ _id: 1 }).limit(limit).toArray();
    return this.damage.sound('retrainings', retrainingSchema, found);
  }

  /** Why they failed, and how many by each reason. */
  failureReasons(study: string): Promise<Map<string, number>> {
    return countBy(this.collection, { study, state: 'failed' }, 'error', NO_REASON);
  }

  /** Its run is stored: nothing is owed any more. */
  async settle(study: string, hash: string, seed: number): Promise<void> {
    await retryConflicts(() => this.collection.deleteOne({ _id: runId(study, hash, seed) }));
  }

  /**
   * A consumer begins it. What has begun and never ended is counted: its consumers died.
   * @returns `gone`: it is not owed any more; `failed`: too many died at it
   */
  async begin(study: string, hash: string, seed: number): Promise<'begun' | 'gone' | 'failed'> {
    const owed = { _id: runId(study, hash, seed), state: 'owed' as const };
    const before = await retryConflicts(() =>
      this.collection.findOneAndUpdate(owed, { $inc: { expiries: 1 } }, { returnDocument: 'before' }),
    );
    if (!before) return 'gone';
    if ((before.expiries ?? 0) < MAX_EXPIRIES) return 'begun';
    await retryConflicts(() => this.collection.updateOne(owed, { $set: { state: 'failed', error: deadlyReason } }));
    return 'failed';
  }

  /** It ended, whatever came of it: nobody died. */
  async end(study: string, hash: string, seed: number): Promise<void> {
    const begun = { _id: runId(study, hash, seed), expiries: { $gt: 0 } };
    await retryConflicts(() => this.collection.updateOne(begun, { $inc: { expiries: -1 } }));
  }

  /** The function failed. @returns whether another attempt follows */
  async fail(study: string, hash: string, seed: number, error: string): Promise<boolean> {
    const _id = runId(study, hash, seed);
    const owed = { _id, state: 'owed' as const };
    await retryConflicts(() => this.collection.updateOne(owed, { $set: { error }, $inc: { attempts: 1 } }));
    const { matchedCount } = await retryConflicts(() =>
      this.collection.updateOne({ ...owed, attempts: { $gte: MAX_ATTEMPTS } }, { $set: { state: 'failed' } }),
    );
    return matchedCount === 0;
  }

  /**
   * Raises the generation only if it still is `seen`.
   * @returns the present one; undefined where it is owed no more
   */
  async raiseGeneration(study: string, hash: string, seed: number, seen: number): Promise<number | undefined> {
    const _id = runId(study, hash, seed);
    await retryConflicts(() => this.collection.updateOne({ _id, generation: seen }, { $inc: { generation: 1 } }));
    return (await this.owed(study, hash, seed))?.generation;
  }

  private async withoutRun(study: string, wanted: ReadonlyArray<{ hash: string; seed: number }>) {
    const stored = new Set<string>();
    for (let start = 0; start < wanted.length; start += READ_BATCH) {
      const ids = wanted.slice(start, start + READ_BATCH).map(({ hash, seed }) => runId(study, hash, seed));
      const found = this.runs.find({ _id: { $in: ids } }, { projection: { _id: 1 } });
      for await (const { _id } of found) stored.add(_id);
    }
    return wanted.filter(({ hash, seed }) => !stored.has(runId(study, hash, seed)));
  }
}
