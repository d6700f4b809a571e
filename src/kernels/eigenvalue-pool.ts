import { Piscina } from 'piscina';
import { entryPoint } from '../config.js';

/**
 * Eigenvalues of several symmetric matrices at once, each problem in a worker thread of its own. The results are those
 * of `symmetricEigenvalues` to the bit.
 */
export class EigenvaluePool {
  readonly #threads: Piscina;

  /**
   * @param threads problems solved at once. @defaultValue 2
   */
  constructor(threads = 2) {
    this.#threads = new Piscina({
      filename: entryPoint('kernels/eigenvalue-thread'),
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: 10_000,
    });
  }

  /**
   * As `symmetricEigenvalues`. The matrix is copied into the thread unless it lies in shared memory, where it must not
   * change until the result is there.
   */
  solve(matrix: Float64Array, n: number, signal?: AbortSignal): Promise<Float64Array> {
    return this.#threads.run({ matrix, n }, signal ? { signal } : {});
  }

  /** Ends the threads; problems under way are rejected. */
  close(): Promise<void> {
    return this.#threads.destroy();
  }
}
