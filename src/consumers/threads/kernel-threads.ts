import { Piscina } from 'piscina';
import { entryPoint } from '../../config.js';
import { NeighbourThreads } from '../../kernels/neighbour-threads.js';
import { KeptTables } from './feature-tables.js';
import type { KernelTasks } from './kernel-thread.js';

/** Heap of a thread that enumerates, in MB: it needs a tenth, and would take what it gets. */
const ENUMERATION = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 128 };

/** Pools of worker threads for computations that would keep this thread from renewing locks. */
export class KernelThreads {
  /** Searches the tables of features. */
  readonly neighbours: NeighbourThreads;
  /** Tables of the plane fitted last, so that functions can be added to it at once. */
  readonly tables = new KeptTables();
  readonly #pools: Record<keyof KernelTasks, Piscina>;

  /** @param threads for each kind of task. @defaultValue 1 */
  constructor(threads = 1) {
    const options = {
      filename: entryPoint('consumers/threads/kernel-thread'),
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: 10_000,
    };
    const one = new Piscina({ ...options, maxThreads: 1 });
    this.neighbours = new NeighbourThreads(threads);
    this.#pools = {
      enumerate: new Piscina({ ...options, resourceLimits: ENUMERATION }),
      embed: one,
      embedOutputs: one,
      components: one,
      place: one,
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
    this.tables.clear();
    const pools = new Set(Object.values(this.#pools));
    await Promise.all([this.neighbours.close(), ...[...pools].map((pool) => pool.destroy())]);
  }
}
