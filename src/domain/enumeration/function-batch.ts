import { rankOf } from '../expression/rank.js';
import { HASH_DIGITS } from '../features/canonical-hash.js';
import { NameList } from './name-list.js';

/** Functions as the store takes them: names, and the classes of equivalent ones among them. */
export interface FunctionBatch {
  /** As `formatExpression` prints them. */
  readonly names: readonly string[];
  /** For each name the place of its class in the lists below. */
  readonly classOf: Uint32Array;
  /** Canonical hashes, each once; in the order of their first 32 bits where an enumerator gives them. */
  readonly hashes: readonly string[];
  /** The smallest rank that a name of the class has in this batch. */
  readonly ranks: readonly string[];
  /** All outputs finite and not all equal. */
  readonly usable: readonly boolean[];
  /** float32[1000] of each class, undefined where they need not be stored: only of sets with operators of one's own. */
  readonly outputs?: ReadonlyArray<Float32Array | undefined>;
}

/** A batch as few large values, which are copied between threads in no time. */
export interface PackedBatch {
  /** In one text, each with a line feed behind it. */
  names: string;
  classOf: Uint32Array;
  /** One behind the other. */
  hashes: string;
  /** For each class the place of its smallest name, and how many operators that applies. */
  smallest: Uint32Array;
  operators: Uint16Array;
  usable: Uint8Array;
  outputs?: ReadonlyArray<Float32Array | undefined>;
}

export function unpackBatch(packed: PackedBatch): FunctionBatch {
  const { classOf, operators, outputs } = packed;
  const names = packed.names.split('\n');
  names.pop();
  const hashes = Array.from({ length: packed.usable.length }, (_, place) =>
    packed.hashes.slice(HASH_DIGITS * place, HASH_DIGITS * (place + 1)),
  );
  return {
    names,
    classOf,
    hashes,
    ranks: hashes.map((_, place) => rankOf(names[packed.smallest[place]!]!, operators[place]!)),
    usable: Array.from(packed.usable, Boolean),
    ...(outputs ? { outputs } : {}),
  };
}

/**
 * Gathers named functions into a batch. Names come first, then the class of each, in the same order. The batch has them
 * group by group.
 */
export class BatchBuilder {
  readonly #names = new NameList();
  readonly #groups: number[] = [];
  readonly #classOf: number[] = [];
  /** By the bytes of the hash, as a text of 16 characters. */
  readonly #places = new Map<string, number>();
  readonly #usable: boolean[] = [];
  readonly #outputs: Float32Array[] = [];
  /** By class: the place of its smallest name, and how many operators that applies. */
  readonly #smallest: number[] = [];
  readonly #operators: number[] = [];

  /** @param group number of those that the batch has together: the database takes names that begin alike faster so */
  addName(name: string, group = 0): void {
    this.#names.push(name);
    this.#groups.push(group);
  }

  /**
   * The place of a class, which is new or known.
   * @param hash its bytes, as Latin-1
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
  addClass(place: number, operators: number): void {
    const i = this.#classOf.length;
    const smallest = this.#smallest[place];
    if (smallest === undefined || this.#isBefore(i, operators, place)) {
      this.#smallest[place] = i;
      this.#operators[place] = operators;
    }
    this.#classOf.push(place);
  }

  build(): FunctionBatch {
    return unpackBatch(this.pack());
  }

  pack(): PackedBatch {
    const hashes = [...this.#places.keys()];
    const order = byLeadingBits(hashes);
    const placeOf = inverse(order);
    const named = byGroup(this.#groups);
    const placeOfName = inverse(named);
    return {
      names: this.#names.text(named),
      classOf: Uint32Array.from(named, (before) => placeOf[this.#classOf[before]!]!),
      hashes: Buffer.from(order.map((before) => hashes[before]!).join(''), 'latin1').toString('hex'),
      smallest: Uint32Array.from(order, (before) => placeOfName[this.#smallest[before]!]!),
      operators: Uint16Array.from(order, (before) => this.#operators[before]!),
      usable: Uint8Array.from(order, (before) => Number(this.#usable[before]!)),
      ...(this.#outputs.length > 0 ? { outputs: order.map((before) => this.#outputs[before]!) } : {}),
    };
  }

  /** The order of ranks, without making their texts. */
  #isBefore(i: number, operators: number, place: number): boolean {
    if (operators !== this.#operators[place]) return operators < this.#operators[place]!;
    const [name, other] = [this.#names.at(i), this.#names.at(this.#smallest[place]!)];
    if (name.length !== other.length) return name.length < other.length;
    return name < other;
  }
}

/** Places in the order of their groups, otherwise as they are. */
function byGroup(groups: readonly number[]): Uint32Array {
  const begins: number[] = [];
  for (const group of groups) begins[group + 1] = (begins[group + 1] ?? 0) + 1;
  for (let group = 0; group < begins.length; group++) begins[group] = (begins[group] ?? 0) + (begins[group - 1] ?? 0);
  const order = new Uint32Array(groups.length);
  groups.forEach((group, place) => {
    order[begins[group]!++] = place;
  });
  return order;
}

function inverse(order: ArrayLike<number>): Uint32Array {
  const placeOf = new Uint32Array(order.length);
  for (let place = 0; place < order.length; place++) placeOf[order[place]!] = place;
  return placeOf;
}

/** Most entries that can be sorted with 32 bits of their hashes in one number. */
const MAX_SORTED = 2 ** 21;

/**
 * Places in the order of the first 32 bits of the hashes, which is nearly the one in which the database takes them; what
 * is left to sort costs little. Texts would take ten times as long.
 */
function byLeadingBits(hashes: readonly string[]): number[] {
  const count = hashes.length;
  if (count > MAX_SORTED) return [...hashes.keys()];
  const keys = Float64Array.from(hashes, (hash, place) => {
    let bits = 0;
    for (let i = 0; i < 4; i++) bits = bits * 256 + hash.charCodeAt(i);
    return bits * count + place;
  });
  return Array.from(keys.sort(), (key) => key % count);
}
