import type { JobName, Payload } from '../queues/jobs.js';
import type { Queues } from '../queues/queues.js';

/** A failed job is asked for again after this, in milliseconds; doubled with each generation, up to the longest. */
const FIRST_REST = 60_000;
const LONGEST_REST = 3_600_000;

/**
 * Makes sure that work which MongoDB says is owed has jobs. Redis may have lost a job, or keep it as finished although
 * the work is owed (again): then a raised generation gives it a new id, for BullMQ ignores ids that it knows.
 *
 * Jobs that failed for good did so by a fault of a worker (faults of functions are recorded, and nothing is owed then):
 * another worker may do better, or the cause may be mended. They are asked for again after a minute, after two the next
 * time, and so on up to an hour.
 *
 * @param raise the same work under a raised generation; undefined where it is owed no more
 * @param retryFailed ask for failed jobs again at once
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
    const again = place === 'failed' && (retryFailed || (await rested(queues, name, payload)));
    if (place === 'completed' || again) {
      const generation = await raise(payload);
      if (generation !== undefined) missing.push({ ...payload, generation });
    }
  }
  await queues.enqueue(name, missing);
}

async function rested<Name extends JobName>(queues: Queues, name: Name, payload: Payload<Name>): Promise<boolean> {
  const failedAt = await queues.failedAt(name, payload);
  if (failedAt === undefined) return false;
  // Both by the clock of Redis. A time to come is that of a consumer which did not know it: nothing to wait for.
  const rest = Math.min(FIRST_REST * 2 ** payload.generation, LONGEST_REST);
  return Math.abs((await queues.now()) - failedAt) > rest;
}
