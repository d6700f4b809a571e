/** 20 bits. */
const SLOTS = 2 ** 20;

/**
 * Remembers which hashes were stored lately, in 8 MB however many there are: a newer one may take the place of an older.
 * A hint only (the database may be restored or dropped behind our back): it decides what is tried first.
 */
export class RecentHashes {
  #slots: Float64Array | undefined;

  has(hash: string): boolean {
    return this.#slots !== undefined && this.#slots[slotOf(hash)] === leadingBits(hash);
  }

  add(hash: string): void {
    this.#slots ??= new Float64Array(SLOTS).fill(-1);
    this.#slots[slotOf(hash)] = leadingBits(hash);
  }
}

/** The first 52 bits fit a number exactly; the next 20 choose the place. */
const leadingBits = (hash: string): number => Number.parseInt(hash.slice(0, 13), 16);
const slotOf = (hash: string): number => Number.parseInt(hash.slice(13, 18), 16);
