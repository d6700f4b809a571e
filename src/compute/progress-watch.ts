/** What a compute process says that it is at. Loading data gets more time: nothing tells how far that is. */
export const LOADING = 'loading the data';
const LOADING_TIMES = 6;

/** Work that says nothing for so long hangs, in milliseconds: training tells of each step, Fisher features of each layer. */
export const STALL = 600_000;

interface Listeners {
  /** Asked now and then: whether anything is to be done at all. */
  busy: () => boolean;
  /** Once a minute while nothing moves. */
  onStill: (how: string) => void;
  onStalled: (how: string, doing: string) => void;
}

/** Sees to it that work moves: its device is held by a parent that renews leases, whatever the work does. */
export class ProgressWatch {
  readonly #timer: NodeJS.Timeout;
  #moved = performance.now();
  #told = this.#moved;
  #doing = 'starting';

  constructor(limitMs: number, { busy, onStill, onStalled }: Listeners) {
    this.#timer = setInterval(
      () => {
        const now = performance.now();
        if (!busy()) return this.moved('starting');
        const how = `nothing has moved for ${duration(now - this.#moved)} (${this.#doing})`;
        if (now - this.#moved >= limitMs * (this.#doing === LOADING ? LOADING_TIMES : 1))
          return onStalled(how, this.#doing);
        if (now - Math.max(this.#moved, this.#told) < 60_000) return;
        this.#told = now;
        onStill(how);
      },
      Math.min(limitMs / 10, 10_000),
    ).unref();
  }

  /** @param doing what it is at, e.g. `training, 43 %` */
  moved(doing: string): void {
    this.#moved = performance.now();
    this.#doing = doing;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

const duration = (ms: number): string =>
  ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;
