import type { JobName } from '../../queues/jobs.js';
import type { Queues } from '../../queues/queues.js';
import { notify } from '../output.js';

/** Enqueued work that nobody takes looks like a hang: says so. */
export async function hintAtWorkers(queues: Queues, queue: JobName): Promise<void> {
  if ((await queues.consumers(queue)) !== 0) return;
  notify(`no worker takes ${queue} jobs at present: start one with \`aquasurf worker\``);
}
