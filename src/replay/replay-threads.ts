import { Piscina } from 'piscina';
import { entryPoint } from '../config.js';
import type { ReplayTasks } from './replay-thread.js';

/** The threads of a replay. */
export class ReplayThreads {
  readonly #pool: Piscina;

  constructor(threads: number) {
    this.#pool = new Piscina({
      filename: entryPoint('replay/replay-thread'),
      ...{ minThreads: 0, maxThreads: threads, idleTimeout: 5000 },
    });
  }

  run<Name extends keyof ReplayTasks>(
    name: Name,
    task: Parameters<ReplayTasks[Name]>[0],
  ): Promise<ReturnType<ReplayTasks[Name]>> {
    return this.#pool.run(task, { name });
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}
