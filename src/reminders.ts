/** The same trouble is told again after this, in milliseconds. */
const AGAIN_AFTER = 60_000;

/** Lines about troubles that last: each is told when it begins and once a minute from then on, not each time it is met. */
export class Reminders {
  readonly #tell: (trouble: string, details: object) => void;
  readonly #told = new Map<string, number>();

  constructor(tell: (trouble: string, details: object) => void) {
    this.#tell = tell;
  }

  /** @param trouble one line; the same line is the same trouble */
  tell(trouble: string, details: object = {}): void {
    const now = performance.now();
    for (const [line, told] of this.#told) if (now - told > AGAIN_AFTER) this.#told.delete(line);
    if (this.#told.has(trouble)) return;
    this.#told.set(trouble, now);
    this.#tell(trouble, details);
  }
}
