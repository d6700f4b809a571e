import type { JobName, Payload } from '../queues/jobs.js';
import type { Queues } from '../queues/queues.js';

/**
 * Makes sure that work which MongoDB says is owed has jobs. Redis may have lost a job, or keep it as finished although
 * the work is owed (again): then a raised generation gives it a new id, for BullMQ ignores ids that it knows.
 *
 * @param raise the same work under a raised generation; undefined where it is owed no more
 * @param retryFailed jobs that failed for good are asked for again too; else they are left for people to look at
 */
export async function ensureJobs<Name extends JobName>(
  queues: Queues,
  name: Name,
  payloads: readonly Payload<Name>[],
  raise: (payload: Payload<Name>) => Promise<number | undefined>,
  retryFailed: boolean,
): Promise<void> {
  const places = await queues.places(name, payloads);
  const missing: Payload<Name>[] = [];
  for (const [i, payload] of payloads.entries()) {
    const place = places[i];
    if (place === 'absent') missing.push(payload);
    if (place === 'completed' || (place === 'failed' && retryFailed)) {
      const generation = await raise(payload);
      if (generation !== undefined) missing.push({ ...payload, generation });
    }
  }
  await queues.enqueue(name, missing);
}
