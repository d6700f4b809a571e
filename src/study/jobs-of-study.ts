import type { Job } from 'bullmq';
import { errorLine } from '../errors.js';
import type { JobName } from '../queues/jobs.js';
import type { Queues } from '../queues/queues.js';

/** Jobs of each state that are read at once. */
const PAGE = 100;

/** Whether the queues have a job of the study, or of no study (spaces belong to many), that waits or is under way. */
export async function hasJob(queues: Queues, names: readonly JobName[], study: string): Promise<boolean> {
  for (const name of names) {
    for (let start = 0; ; start += PAGE) {
      const jobs = await queues.jobs(name, ['active', 'waiting', 'prioritized', 'delayed'], start, start + PAGE - 1);
      if (jobs.some((job) => isOf(job, study))) return true;
      if (jobs.length === 0) break;
    }
  }
  return false;
}

export interface Failure {
  queue: JobName;
  /** One line. */
  reason: string;
  /** Another attempt follows. */
  again: boolean;
}

/** A failure of a job of the study, or of no study, that began since then: one for good before one that is tried again. */
export async function failureSince(
  queues: Queues,
  names: readonly JobName[],
  { study, since }: { study: string; since: number },
): Promise<Failure | undefined> {
  for (const queue of names) {
    for (const state of ['failed', 'delayed'] as const) {
      const jobs = await queues.jobs(queue, [state], 0, PAGE - 1);
      // A job that was only handed back has no reason; one that waits keeps the reason of its last attempt.
      const failed = jobs.find((job) => job?.failedReason && (job.processedOn ?? 0) >= since && isOf(job, study));
      if (failed) return { queue, reason: errorLine(failed.failedReason), again: state === 'delayed' };
    }
  }
  return undefined;
}

/** Jobs may end while they are listed: they are undefined then. */
const isOf = (job: Job | undefined, study: string): boolean => job !== undefined && (job.data.study ?? study) === study;
