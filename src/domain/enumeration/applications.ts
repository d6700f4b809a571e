import type { Operator } from '../operators/types.js';

/** Ids below this fit a pair of them into one number. */
const PAIR_BASE = 2 ** 20;

/**
 * The different applications of outermost operators to classes of values that a range has. Those that only differ in the
 * order of arguments that may change places are one.
 */
export class Applications {
  readonly #operators: readonly Operator[];
  /** By place: operator, and the arguments one after the other. */
  readonly #operatorOf: number[] = [];
  readonly #args: number[] = [];
  readonly #byKey = new Map<number, number>();
  readonly #pairs = new Map<number, number>();
  readonly #row: number[] = [];

  /** @param operators of all of them with the same number of arguments */
  constructor(operators: readonly Operator[]) {
    this.#operators = operators;
  }

  get count(): number {
    return this.#operatorOf.length;
  }

  /**
   * The place of an application, which is new or known.
   * @param operator its place among the operators
   */
  add(operator: number, args: readonly number[]): number {
    const row = this.#row;
    row.length = args.length;
    for (let i = 0; i < args.length; i++) row[i] = args[i]!;
    const { symmetric } = this.#operators[operator]!;
    if (symmetric) sortFirst(row, symmetric === 'all' ? row.length : 2);
    let key = row[0]!;
    for (let i = 1; i < row.length; i++) key = this.#pair(key, row[i]!, i + 1 < row.length);
    key = key * this.#operators.length + operator;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const place = this.#operatorOf.length;
    this.#byKey.set(key, place);
    this.#operatorOf.push(operator);
    for (const id of row) this.#args.push(id);
    return place;
  }

  operator(place: number): number {
    return this.#operatorOf[place]!;
  }

  arg(place: number, i: number): number {
    return this.#args[place * this.#row.length + i]!;
  }

  /** All places, those with the same first arguments one after the other. */
  byArguments(): Uint32Array {
    const places = Uint32Array.from(this.#operatorOf.keys());
    const length = this.#row.length;
    return places.sort((p, q) => {
      for (let i = 0; i < length; i++) {
        const difference = this.#args[p * length + i]! - this.#args[q * length + i]!;
        if (difference !== 0) return difference;
      }
      return 0;
    });
  }

  #pair(a: number, b: number, more: boolean): number {
    const key = a * PAIR_BASE + b;
    if (!more) return key;
    let id = this.#pairs.get(key);
    if (id === undefined) {
      id = this.#pairs.size;
      this.#pairs.set(key, id);
    }
    return id;
  }
}

/** Sorts the first `count` numbers, which are few. */
function sortFirst(row: number[], count: number): void {
  for (let i = 1; i < Math.min(count, row.length); i++) {
    const value = row[i]!;
    let k = i - 1;
    for (; k >= 0 && row[k]! > value; k--) row[k + 1] = row[k]!;
    row[k + 1] = value;
  }
}
