import type { Logger } from '../../log.js';
import type { Lease } from '../../store/documents.js';

/** What the keeper needs of the store. */
export interface LeaseExtender {
  extend(study: string, hash: string, token: string, leaseMs: number, progress?: string): Promise<boolean>;
  takeBackExpiry(study: string, hash: string): Promise<void>;
}

/**
 * Extends a trial's lease three times as often as needed while it is trained. `signal` aborts when the lease is lost:
 * another worker may hold the trial, so ours must stop.
 */
export class LeaseKeeper {
  readonly #lost = new AbortController();
  readonly #timer: NodeJS.Timeout;
  /** Since the last heartbeat. */
  #moved: string | undefined;

  constructor(
    extender: LeaseExtender,
    trial: { study: string; hash: string; lease: Lease },
    leaseMs: number,
    log: Logger,
  ) {
    this.#timer = setInterval(async () => {
      const moved = this.#moved;
      this.#moved = undefined;
      try {
        const kept = await extender.extend(trial.study, trial.hash, trial.lease.token, leaseMs, moved);
        if (kept || this.#lost.signal.aborted) return;
        this.#lost.abort(new Error('the lease was lost'));
        // It ran out while nobody could renew it, and we live: the function has not killed us.
        await extender.takeBackExpiry(trial.study, trial.hash);
      } catch (error) {
        // The database is away for now: it also is for whoever might take the lease. The next beat tries again.
        log.warn({ err: error }, 'the lease could not be extended');
      }
    }, leaseMs / 3);
  }

  /** For people, who see in the trial what last moved and when. @param what e.g. `training, 43 %` */
  moved(what: string): void {
    this.#moved = what;
  }

  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
