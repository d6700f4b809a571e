/** Names that are joined at once. */
const PIECE = 512;

/**
 * Many names in little memory. A name is put together of several texts, which all live as long as it is not joined, and
 * which the garbage collector would copy again and again.
 */
export class NameList {
  /** Of PIECE names each, every name with a line feed behind it. */
  readonly #pieces: string[] = [];
  /** Where each name of the pieces begins in its piece. */
  readonly #begins: number[] = [];
  /** Not joined yet. */
  #last: string[] = [];

  get length(): number {
    return this.#pieces.length * PIECE + this.#last.length;
  }

  push(name: string): void {
    this.#last.push(name);
    if (this.#last.length < PIECE) return;
    let begin = 0;
    for (const { length } of this.#last) {
      this.#begins.push(begin);
      begin += length + 1;
    }
    this.#pieces.push(`${this.#last.join('\n')}\n`);
    this.#last = [];
  }

  at(i: number): string {
    const piece = this.#pieces[Math.floor(i / PIECE)];
    if (piece === undefined) return this.#last[i % PIECE]!;
    const end = (i + 1) % PIECE === 0 ? piece.length : this.#begins[i + 1]!;
    return piece.slice(this.#begins[i]!, end - 1);
  }

  /** All names in the order given, each with a line feed behind it. */
  text(order: ArrayLike<number>): string {
    return [...Array.from(order, (i) => this.at(i)), ''].join('\n');
  }
}
