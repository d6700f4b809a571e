import type { Collection, Db } from 'mongodb';
import { nanoid } from 'nanoid';
import { deadlyReason, type GivenUp, statusAfter, type TrialStatus } from '../../domain/trial.js';
import type { Lease, TrialDoc } from '../documents.js';
import { databaseNow } from '../mongo/database-clock.js';
import { isDuplicateKey, retryConflicts } from '../mongo/retry.js';
import { trialId, WITHOUT_FEATURES } from './trial-document.js';

/** What a claim asks for. */
interface ClaimSlot {
  /** The trial's place in the search. */
  number: number;
  owner: string;
  leaseMs: number;
  /** The expression to use where no job of the trial has fixed one. */
  fn: string;
}

type ClaimOutcome =
  | { outcome: 'claimed'; trial: TrialDoc; lease: Lease }
  /** Another worker has the trial, or it is finished. */
  | { outcome: 'taken' }
  /** Another trial of the study, running or done, has the number: the slot is used up. */
  | { outcome: 'number-taken' };

/**
 * Claims and leases: the transitions claim, release, error and expire of the diagram in domain/trial.ts. Each
 * is one atomic update whose filter names the state (and the token) that it starts from; which state follows is decided
 * by `statusAfter`. Leases begin and end by the database's clock ($$NOW), whatever the workers' clocks say.
 */
export class TrialLeases {
  private readonly trials: Collection<TrialDoc>;

  constructor(private readonly database: Db) {
    this.trials = database.collection('trials');
  }

  /** waiting → running: of several that claim one trial, or one number for different trials, one gets it. */
  async claim(study: string, hash: string, slot: ClaimSlot): Promise<ClaimOutcome> {
    try {
      const trial = await retryConflicts(() =>
        this.trials.findOneAndUpdate(
          { _id: trialId(study, hash), status: 'waiting', 'fisher.state': 'defined' },
          [
            {
              $set: {
                status: 'running',
                number: slot.number,
                // Fixed by the trial's first job, whichever kind that is.
                fn: { $ifNull: ['$fn', { $literal: slot.fn }] },
                attempts: { $add: ['$attempts', 1] },
                lease: {
                  owner: { $literal: slot.owner },
                  token: { $literal: nanoid() },
                  expiresAt: inFuture(slot.leaseMs),
                },
                'timings.claimedAt': '$$NOW',
              },
            },
          ],
          { returnDocument: 'after', projection: WITHOUT_FEATURES },
        ),
      );
      return trial?.lease ? { outcome: 'claimed', trial, lease: trial.lease } : { outcome: 'taken' };
    } catch (error) {
      if (isDuplicateKey(error)) return { outcome: 'number-taken' };
      throw error;
    }
  }

  /**
   * A heartbeat.
   * @param progress what the training is at, where it has moved since the last heartbeat
   * @returns false where the lease is lost: stop working, the report would be refused
   */
  async extend(study: string, hash: string, token: string, leaseMs: number, progress?: string): Promise<boolean> {
    const moved =
      progress === undefined ? {} : { 'lease.progress': { $literal: progress }, 'lease.progressAt': '$$NOW' };
    const change = [{ $set: { 'lease.expiresAt': inFuture(leaseMs), ...moved } }];
    const { matchedCount } = await retryConflicts(() =>
      this.trials.updateOne(held(trialId(study, hash), token), change),
    );
    return matchedCount === 1;
  }

  /** running → waiting, as if it had not been claimed. @returns false where the lease is lost */
  async release(study: string, hash: string, token: string): Promise<boolean> {
    return (await this.giveUp(trialId(study, hash), token, 'release', { $inc: { attempts: -1 } })) !== undefined;
  }

  /**
   * running → waiting, or failed after the last attempt.
   * @returns the new status; undefined where the lease is lost
   */
  async fail(study: string, hash: string, token: string, message: string): Promise<'waiting' | 'failed' | undefined> {
    return this.giveUp(trialId(study, hash), token, 'error', { $set: { error: message } });
  }

  /**
   * Takes the trials back whose lease has run out: running → waiting, or failed where too many consumers died at it. Any
   * process may call it at any time.
   * @returns how many
   */
  async expire(study?: string): Promise<number> {
    const now = await databaseNow(this.database);
    const expired = { status: 'running' as const, 'lease.expiresAt': { $lte: now } };
    const trials = await this.trials
      .find(study === undefined ? expired : { ...expired, study }, { projection: { lease: 1 } })
      .toArray();
    let count = 0;
    for (const { _id, lease } of trials) {
      if (!lease) continue;
      // A person who forgot about a claim has not died of it.
      const deaths = isOutside(lease.owner) ? 0 : 1;
      const change = {
        $set: { error: `${lease.owner} stopped renewing its lease` },
        $inc: { attempts: -1, ...(deaths > 0 ? { expiries: deaths } : {}) },
      };
      // The filter asks again whether it has run out: a heartbeat may have come since.
      if (await this.giveUp(_id, lease.token, 'expire', change, { 'lease.expiresAt': { $lte: now } })) {
        count += 1;
      }
    }
    return count + (await this.endDamaged(study));
  }

  /** A trial that runs without a lease that ends would run for ever: nobody can hold it. */
  private async endDamaged(study: string | undefined): Promise<number> {
    const endless = { status: 'running' as const, 'lease.expiresAt': { $not: { $type: 'date' as const } } };
    const { modifiedCount } = await retryConflicts(() =>
      this.trials.updateMany(study === undefined ? endless : { ...endless, study }, {
        $set: { status: 'waiting', number: null, lease: null, error: 'it was running without a lease that ends' },
      }),
    );
    return modifiedCount;
  }

  /** The holder of a lease that expired lives: it did not die of the function. */
  async takeBackExpiry(study: string, hash: string): Promise<void> {
    const counted = { _id: trialId(study, hash), status: { $in: ['waiting', 'running'] as TrialStatus[] } };
    await retryConflicts(() => this.trials.updateOne({ ...counted, expiries: { $gt: 0 } }, { $inc: { expiries: -1 } }));
  }

  /** Leaves `running` without a result; the number is free again. Attempts cannot change while the lease is held. */
  private async giveUp(
    _id: string,
    token: string,
    ending: GivenUp,
    change: { $set?: { error: string }; $inc?: { attempts: number; expiries?: number } },
    condition: { 'lease.expiresAt'?: { $lte: Date } } = {},
  ): Promise<'waiting' | 'failed' | undefined> {
    const trial = await this.trials.findOne(held(_id, token), { projection: { attempts: 1, expiries: 1 } });
    if (!trial) return undefined;
    const expiries = (trial.expiries ?? 0) + (change.$inc?.expiries ?? 0);
    const status = statusAfter(ending, { attempts: trial.attempts, expiries });
    const reason = ending === 'expire' && status === 'failed' ? { error: deadlyReason } : change.$set;
    const { matchedCount } = await retryConflicts(() =>
      this.trials.updateOne(
        { ...held(_id, token), ...condition },
        { ...change, $set: { ...reason, status, number: null, lease: null } },
      ),
    );
    return matchedCount === 1 ? status : undefined;
  }
}

/** Owners that are people (or programs of theirs) begin with this. */
export const OUTSIDE = 'outside-';
const isOutside = (owner: string): boolean => owner.startsWith(OUTSIDE);

/** The trial while the token's lease holds: everything that a worker writes is filtered by it. */
export function held(_id: string, token: string) {
  return { _id, status: 'running' as const, 'lease.token': token };
}

function inFuture(milliseconds: number) {
  return { $dateAdd: { startDate: '$$NOW', unit: 'millisecond', amount: milliseconds } };
}
