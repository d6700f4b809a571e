import { rankOf } from '../rank.js';

/** Functions as the store takes them: names, and the classes of equivalent ones among them. */
export interface FunctionBatch {
  /** As `formatExpression` prints them. */
  readonly names: readonly string[];
  /** For each name the place of its class in the lists below. */
  readonly classOf: Uint32Array;
  /** Canonical hashes, each once. */
  readonly hashes: readonly string[];
  /** The smallest rank that a name of the class has in this batch. */
  readonly ranks: readonly string[];
  /** All outputs finite and not all equal. */
  readonly usable: readonly boolean[];
  /** float32[1000] of each class, undefined where they need not be stored: only of sets with operators of one's own. */
  readonly outputs?: ReadonlyArray<Float32Array | undefined>;
}

/** Gathers named functions into a batch. */
export class BatchBuilder {
  readonly #names: string[] = [];
  readonly #classOf: number[] = [];
  readonly #places = new Map<string, number>();
  readonly #usable: boolean[] = [];
  readonly #outputs: Float32Array[] = [];
  readonly #smallest: Array<{ name: string; operators: number }> = [];

  /**
   * The place of a class, which is new or known.
   * @param outputs gives the outputs, if they shall be kept
   */
  classPlace(hash: string, usable: boolean, outputs?: () => Float32Array): number {
    const known = this.#places.get(hash);
    if (known !== undefined) return known;
    const place = this.#places.size;
    this.#places.set(hash, place);
    this.#usable.push(usable);
    if (outputs) this.#outputs.push(outputs());
    return place;
  }

  /** @param operators how many operators the name applies */
  add(name: string, operators: number, place: number): void {
    this.#names.push(name);
    this.#classOf.push(place);
    const smallest = this.#smallest[place];
    if (smallest === undefined || isBefore(name, operators, smallest)) this.#smallest[place] = { name, operators };
  }

  build(): FunctionBatch {
    return {
      names: this.#names,
      classOf: Uint32Array.from(this.#classOf),
      hashes: [...this.#places.keys()],
      ranks: this.#smallest.map(({ name, operators }) => rankOf(name, operators)),
      usable: this.#usable,
      ...(this.#outputs.length > 0 ? { outputs: this.#outputs } : {}),
    };
  }
}

/** The order of ranks, without making their texts. */
function isBefore(name: string, operators: number, other: { name: string; operators: number }): boolean {
  if (operators !== other.operators) return operators < other.operators;
  if (name.length !== other.name.length) return name.length < other.name.length;
  return name < other.name;
}
