import { Piscina } from 'piscina';
import { entryPoint } from '../../config.js';
import type { KernelTasks } from './kernel-thread.js';

/** Heap of a thread that enumerates, in MB: it needs a tenth, and would take what it gets. */
const ENUMERATION = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 128 };

/** Pools of worker threads for computations that would keep this thread from renewing locks. */
export class KernelThreads {
  readonly #pools: Record<keyof KernelTasks, Piscina>;

  /** @param threads for each kind of task. @defaultValue 1 */
  constructor(threads = 1) {
    const options = {
      filename: entryPoint('consumers/threads/kernel-thread'),
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: 10_000,
    };
    this.#pools = {
      enumerate: new Piscina({ ...options, resourceLimits: ENUMERATION }),
      embed: new Piscina({ ...options, maxThreads: 1 }),
    };
  }

  run<Name extends keyof KernelTasks>(
    name: Name,
    task: Parameters<KernelTasks[Name]>[0],
    signal?: AbortSignal,
  ): Promise<ReturnType<KernelTasks[Name]>> {
    return this.#pools[name].run(task, { name, ...(signal ? { signal } : {}) });
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#pools).map((pool) => pool.destroy()));
  }
}
