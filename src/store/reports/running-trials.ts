import type { Store } from '../store.js';

/** A trial that somebody trains now. Times are differences by the database's clock, in seconds. */
export interface RunningTrial {
  number: number | null;
  fn: string;
  /** A worker, or `outside-...`: somebody who claimed it to train it elsewhere. */
  owner: string;
  /** Since it was claimed. */
  seconds: number;
  /** Since its work last got further, e.g. by a batch. */
  secondsStill: number;
  /** How far it was then, e.g. `training, 43 %`; null before the first move, and of a trial that people train. */
  progress: string | null;
  /** Until the lease ends, unless it is extended; not above 0 where it has ended. */
  secondsLeft: number;
  leaseEnds: Date;
}

/** The running trials of a study by number. */
export async function runningTrials(store: Store, study: string): Promise<RunningTrial[]> {
  const [trials, now] = await Promise.all([store.trials.running(study), store.now()]);
  return trials.flatMap(({ number, fn, hash, lease, timings }) => {
    if (!lease) return [];
    const { owner, expiresAt, progress = null, progressAt } = lease;
    const claimedAt = timings.claimedAt ?? now;
    return {
      ...{ number, fn: fn ?? hash, owner, progress, leaseEnds: expiresAt },
      seconds: secondsBetween(claimedAt, now),
      secondsStill: secondsBetween(progressAt ?? claimedAt, now),
      secondsLeft: secondsBetween(now, expiresAt),
    };
  });
}

const secondsBetween = (from: Date, to: Date): number => (to.getTime() - from.getTime()) / 1000;
