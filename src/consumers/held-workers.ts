import type { Worker } from 'bullmq';
import type { JobName } from '../queues/jobs.js';

/** Why a worker takes no jobs for now. */
type Hold = 'the device is busy' | 'the database is away' | 'its queue fails';

/** The workers of a consumer, one for each queue: each takes jobs while nothing holds it. */
export class HeldWorkers {
  readonly #workers = new Map<JobName, { worker: Worker; holds: Set<Hold> }>();
  readonly #onError: (queue: JobName, error: unknown) => void;

  constructor(onError: (queue: JobName, error: unknown) => void) {
    this.#onError = onError;
  }

  add(name: JobName, worker: Worker): void {
    this.#workers.set(name, { worker, holds: new Set() });
  }

  get names(): JobName[] {
    return [...this.#workers.keys()];
  }

  /** What they are at goes on. */
  hold(names: readonly JobName[], why: Hold): void {
    for (const name of names) {
      const entry = this.#workers.get(name);
      if (!entry) continue;
      entry.holds.add(why);
      entry.worker.pause(true).catch((error) => this.#onError(name, error));
    }
  }

  free(names: readonly JobName[], why: Hold): void {
    for (const name of names) {
      const entry = this.#workers.get(name);
      if (!entry?.holds.delete(why) || entry.holds.size > 0) continue;
      entry.worker.resume().catch((error) => this.#onError(name, error));
    }
  }

  /** Ends when the running jobs have. */
  async close(): Promise<void> {
    await Promise.all([...this.#workers.values()].map(({ worker }) => worker.close()));
  }
}
