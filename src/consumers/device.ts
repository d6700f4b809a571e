import type { CallOptions, ComputeProcess } from '../compute/compute-process.js';
import type { ComputeMethod, Params, Result } from '../compute/protocol.js';
import type { JobName } from '../queues/jobs.js';
import { STOPPING } from './handlers/hand-back.js';

/**
 * The one accelerator of a consumer, and who has it. While a job has it, the consumer takes no jobs from other queues
 * that need it, so that other consumers, whose devices may be free, get them.
 */
export class Device {
  readonly compute: ComputeProcess;
  /** Called with the queue whose job has the device, with undefined when it is free. */
  onChange: (holder: JobName | undefined) => void = () => {};
  #turn: Promise<void> = Promise.resolve();
  #closing = false;
  #waiting = 0;

  constructor(compute: ComputeProcess) {
    this.compute = compute;
  }

  /** Runs the work of a job from `queue` when all that came before has ended. */
  async use<T>(queue: JobName, work: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    let done = () => {};
    this.#turn = new Promise((resolve) => {
      done = resolve;
    });
    if (this.#waiting++ === 0) this.onChange(queue);
    try {
      await before;
      if (this.#closing) throw STOPPING;
      return await work();
    } finally {
      done();
      if (--this.#waiting === 0) this.onChange(undefined);
    }
  }

  /** Whoever waits for the device now gets it no more; who has it goes on. */
  close(): void {
    this.#closing = true;
  }

  call<M extends ComputeMethod>(method: M, params: Params<M>, options?: CallOptions): Promise<Result<M>> {
    return this.compute.call(method, params, options);
  }
}
