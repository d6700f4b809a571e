import type { FisherOutcome } from '../../store/trials/fisher-update.js';
import type { TrialFisher } from '../../store/trials/trial-fisher.js';

/** Features wait so long at most for others that are recorded with them, in milliseconds. */
const RECORD_EVERY = 1000;

/**
 * Records the features that one batch found, those of a second in one write: a write for each function would cost the
 * databases and this process a tenth of a fast function's time. What a killed consumer had not recorded is owed still.
 */
export class FeatureRecorder {
  readonly #fisher: Pick<TrialFisher, 'recordAll'>;
  readonly #study: string;
  readonly #batch: string;
  #waiting: Array<{ hash: string; outcome: FisherOutcome }> = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #stored = 0;
  #failure: { error: unknown } | undefined;

  constructor(fisher: Pick<TrialFisher, 'recordAll'>, study: string, batch: string) {
    this.#fisher = fisher;
    this.#study = study;
    this.#batch = batch;
  }

  /** How many are stored so far; a newer batch may owe some of those that were added. */
  get stored(): number {
    return this.#stored;
  }

  /** @throws what an earlier write met */
  add(hash: string, outcome: FisherOutcome): void {
    if (this.#failure) throw this.#failure.error;
    this.#waiting.push({ hash, outcome });
    this.#timer ??= setTimeout(() => this.#write(), RECORD_EVERY);
  }

  /**
   * Records what waits.
   * @throws what this or an earlier write met
   */
  async flush(): Promise<void> {
    this.#write();
    await this.#writing;
    if (this.#failure) throw this.#failure.error;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const found = this.#waiting;
    this.#waiting = [];
    this.#writing = this.#writing.then(() => this.#record(found));
  }

  async #record(found: Array<{ hash: string; outcome: FisherOutcome }>): Promise<void> {
    if (this.#failure) return;
    try {
      this.#stored += await this.#fisher.recordAll(this.#study, { batch: this.#batch }, found);
    } catch (error) {
      this.#failure = { error };
    }
  }
}
