import { HASH_DIGITS } from '../canonical-hash.js';
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

/** Names that are joined at once. */
const PIECE = 512;

/** Many names in little memory: a name is put together of several texts, which all live as long as it is not joined. */
class NameList {
  readonly #pieces: string[] = [];
  readonly #joined: string[][] = [];
  #last: string[] = [];
  length = 0;

  push(name: string): void {
    this.#last.push(name);
    this.length++;
    if (this.#last.length < PIECE) return;
    const piece = `${this.#last.join('\n')}\n`;
    this.#pieces.push(piece);
    this.#joined.push(piece.split('\n'));
    this.#last = [];
  }

  at(i: number): string {
    const piece = this.#joined[Math.floor(i / PIECE)] ?? this.#last;
    return piece[i % PIECE]!;
  }

  text(): string {
    return `${this.#pieces.join('')}${this.#last.map((name) => `${name}\n`).join('')}`;
  }
}

/** Gathers named functions into a batch. */
export class BatchBuilder {
  readonly #names = new NameList();
  readonly #classOf: number[] = [];
  readonly #places = new Map<string, number>();
  readonly #usable: boolean[] = [];
  readonly #outputs: Float32Array[] = [];
  /** By class: the place of its smallest name, and how many operators that applies. */
  readonly #smallest: number[] = [];
  readonly #operators: number[] = [];

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
    const smallest = this.#smallest[place];
    if (smallest === undefined || this.#isBefore(name, operators, place)) {
      this.#smallest[place] = this.#names.length;
      this.#operators[place] = operators;
    }
    this.#names.push(name);
    this.#classOf.push(place);
  }

  build(): FunctionBatch {
    return unpackBatch(this.pack());
  }

  pack(): PackedBatch {
    return {
      names: this.#names.text(),
      classOf: Uint32Array.from(this.#classOf),
      hashes: [...this.#places.keys()].join(''),
      smallest: Uint32Array.from(this.#smallest),
      operators: Uint16Array.from(this.#operators),
      usable: Uint8Array.from(this.#usable, Number),
      ...(this.#outputs.length > 0 ? { outputs: this.#outputs } : {}),
    };
  }

  /** The order of ranks, without making their texts. */
  #isBefore(name: string, operators: number, place: number): boolean {
    const other = this.#names.at(this.#smallest[place]!);
    if (operators !== this.#operators[place]) return operators < this.#operators[place]!;
    if (name.length !== other.length) return name.length < other.length;
    return name < other;
  }
}
