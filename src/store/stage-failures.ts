import type { Collection, Db } from 'mongodb';
import { retryConflicts, retryUpsert } from './mongo/retry.js';

/** `failures`: why jobs of one kind do not succeed at present; gone when one does. */
export interface StageFailureDoc {
  /** `<kind of job>:<study or space>` */
  _id: string;
  /** The study, or the space. */
  of: string;
  job: string;
  /** Of the last attempt, one line. */
  reason: string;
  /** Attempts in a row, on whatever worker. */
  count: number;
  /** The workers that tried. */
  workers: string[];
  /** By the database's clock. */
  first: Date;
  last: Date;
}

/** Workers that are remembered. */
const MAX_WORKERS = 1000;

/**
 * `failures`: what keeps one kind of job of a study (or of a space) from succeeding at present, whichever worker does it:
 * no data, no backend, another task source. Faults of single functions are recorded with the functions instead. A job that
 * succeeds ends it.
 */
export class StageFailures {
  private readonly collection: Collection<StageFailureDoc>;

  constructor(database: Db) {
    this.collection = database.collection('failures');
  }

  /** A job failed once more. @param of the study, or the space */
  async note(of: string, job: string, { reason, worker }: { reason: string; worker: string }): Promise<void> {
    await retryUpsert(() =>
      this.collection.updateOne(
        { _id: failureId(of, job) },
        [
          {
            $set: {
              of: { $literal: of },
              job: { $literal: job },
              reason: { $literal: reason },
              count: { $add: [{ $ifNull: ['$count', 0] }, 1] },
              workers: {
                $slice: [{ $setUnion: [{ $ifNull: ['$workers', []] }, [{ $literal: worker }]] }, MAX_WORKERS],
              },
              first: { $ifNull: ['$first', '$$NOW'] },
              last: '$$NOW',
            },
          },
        ],
        { upsert: true },
      ),
    );
  }

  /** A job succeeded. */
  async clear(of: string, job: string): Promise<void> {
    await retryConflicts(() => this.collection.deleteOne({ _id: failureId(of, job) }));
  }

  async get(of: string, job: string): Promise<StageFailureDoc | null> {
    return this.collection.findOne({ _id: failureId(of, job) });
  }

  /** Those of any of these studies and spaces. */
  async all(of: readonly string[]): Promise<StageFailureDoc[]> {
    return this.collection.find({ of: { $in: [...of] } }).toArray();
  }
}

const failureId = (of: string, job: string): string => `${job}:${of}`;
