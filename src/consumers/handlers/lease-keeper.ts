import type { Logger } from '../../log.js';
import type { Lease } from '../../store/documents.js';

/** What the keeper needs of the store. */
export interface LeaseExtender {
  extend(study: string, hash: string, token: string, leaseMs: number): Promise<boolean>;
}

/**
 * Extends a trial's lease three times as often as needed while it is trained. `signal` aborts when the lease is lost:
 * another worker may hold the trial, so ours must stop.
 */
export class LeaseKeeper {
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;

  constructor(
    extender: LeaseExtender,
    trial: { study: string; hash: string; lease: Lease },
    leaseMs: number,
    log: Logger,
  ) {
    this.#timer = setInterval(async () => {
      try {
        const kept = await extender.extend(trial.study, trial.hash, trial.lease.token, leaseMs);
        if (!kept) this.#lost.abort(new Error('the lease was lost'));
      } catch (error) {
        // The database is away for now: it also is for whoever might take the lease. The next beat tries again.
        log.warn({ err: error }, 'the lease could not be extended');
      }
    }, leaseMs / 3);
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
