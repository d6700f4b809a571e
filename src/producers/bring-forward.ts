import { JOB_NAMES } from '../queues/jobs.js';
import type { Queues } from '../queues/queues.js';

/** No job is delayed for longer, in milliseconds: hand-backs and back-offs wait for seconds, or for a lease to end. */
const LONGEST_DELAY = 120_000;
/** Jobs looked at in each queue in one pass. */
const PAGE = 100;
/** BullMQ's score of a delayed job is the time when it is due, in milliseconds, times this. */
const SCORES_IN_A_MILLISECOND = 0x1000;

/**
 * Makes jobs due that are so only in a time that nobody can have meant: a worker with another clock put them there and may
 * be gone since. Times are Redis's.
 */
export async function bringForward(queues: Queues): Promise<void> {
  const latest = ((await queues.now()) + LONGEST_DELAY) * SCORES_IN_A_MILLISECOND;
  for (const name of JOB_NAMES) {
    const queue = queues.queue(name);
    const client = await queue.backend.client;
    const delayed = queue.toKey('delayed');
    for (const id of (await client.zrange(delayed, -PAGE, -1)).reverse()) {
      if (Number((await client.zscore(delayed, id)) ?? 0) <= latest) break;
      // Another process may have been faster.
      await (await queue.getJob(id))?.promote().catch(() => {});
    }
  }
}
