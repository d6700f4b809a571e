import type { Queue, Worker } from 'bullmq';

/** What BullMQ parses wherever it reads a job, and what says nothing in its place. */
const PARSED: Record<string, string> = { data: '{}', opts: '{}', progress: '0' };

/**
 * Takes out of jobs in Redis what is no JSON. BullMQ cannot read such a job: it stays active for ever, and with it every
 * list of jobs is an error. Without its data it fails like any other; MongoDB knows what it was to do.
 */
export async function mendJobs(queue: Queue | Worker, ids: readonly string[]): Promise<void> {
  const client = await queue.backend.client;
  for (const id of ids) {
    const key = queue.toKey(id);
    for (const [field, nothing] of Object.entries(PARSED)) {
      const value = await client.hget(key, field);
      if (value && !isJson(value)) await client.hset(key, { [field]: nothing });
    }
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
