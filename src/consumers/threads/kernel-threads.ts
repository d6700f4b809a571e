import { Piscina } from 'piscina';
import { entryPoint } from '../../config.js';
import type { KernelTasks } from './kernel-thread.js';

/** A pool of worker threads for computations that would keep this thread from renewing locks. */
export class KernelThreads {
  readonly #pool: Piscina;

  /** @param threads @defaultValue 1 */
  constructor(threads = 1) {
    this.#pool = new Piscina({
      filename: entryPoint('consumers/threads/kernel-thread'),
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: 10_000,
    });
  }

  run<Name extends keyof KernelTasks>(
    name: Name,
    task: Parameters<KernelTasks[Name]>[0],
    signal?: AbortSignal,
  ): Promise<ReturnType<KernelTasks[Name]>> {
    return this.#pool.run(task, { name, ...(signal ? { signal } : {}) });
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
