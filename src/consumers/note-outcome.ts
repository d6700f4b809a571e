import type { Job } from 'bullmq';
import { errorLine } from '../errors.js';
import type { Store } from '../store/store.js';
import { FunctionFailed } from './handlers/function-failed.js';

/**
 * Remembers what keeps jobs of this kind from succeeding, for `study show` and for the search, which ends when no worker
 * can train; a job that was done (or failed for the sake of its function) ends that. What cannot be noted is lost.
 * @param worker who tried
 * @param error of a job that failed
 */
export async function noteOutcome({ failures }: Store, job: Job, worker: string, error?: unknown): Promise<void> {
  const of = job.data?.study ?? job.data?.space;
  if (typeof of !== 'string') return;
  const works = error === undefined || error instanceof FunctionFailed;
  const noted = works
    ? failures.clear(of, job.queueName)
    : failures.note(of, job.queueName, { reason: errorLine(error), worker });
  await noted.catch(() => {});
}
