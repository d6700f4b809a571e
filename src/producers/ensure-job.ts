import type { JobName, Payload } from '../queues/jobs.js';
import type { Queues } from '../queues/queues.js';

/**
 * Makes sure that work which MongoDB says is owed has a job. Redis may have lost the job, or keep it as finished
 * although the work is owed (again): then a new generation gives it a new id, for BullMQ ignores ids that it knows.
 *
 * @param raised the same work under a raised generation; undefined where it is owed no more
 * @param retryFailed jobs that failed for good get a new generation too; else they are left for people to look at
 * @returns whether a job was added
 */
export async function ensureJob<Name extends JobName>(
  queues: Queues,
  name: Name,
  payload: Payload<Name>,
  raised: () => Promise<Payload<Name> | undefined>,
  retryFailed: boolean,
): Promise<boolean> {
  const place = await queues.place(name, payload);
  if (place === 'queued' || place === 'active') return false;
  if (place === 'failed' && !retryFailed) return false;
  const wanted = place === 'absent' ? payload : await raised();
  if (wanted) await queues.enqueue(name, [wanted]);
  return wanted !== undefined;
}
