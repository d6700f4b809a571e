import { isOwnRank } from '../../domain/expression/rank.js';

/** 20 bits. */
const SLOTS = 2 ** 20;
/** Slots that a function may take, from the one that its hash chooses. */
const PROBES = 16;
/** Numbers in a slot: bits of the hash, and the two of a rank's key. */
const WIDTH = 3;
const EMPTY = -1;

/**
 * Remembers which functions are in the database and the beginnings of their ranks: some 900,000 in 25 MB, then newer ones
 * take the places of older. The stored rank may have become smaller since, never greater, so that a function that comes
 * again under a greater one needs neither a read nor a write. Ranks of names with operators of one's own are not
 * remembered.
 */
export class RememberedRanks {
  #slots: Float64Array | undefined;

  /**
   * How a rank compares with what is remembered of its function: `new` where nothing is, `unclear` where the beginnings
   * are equal.
   */
  compare(hash: string, rank: string): 'new' | 'smaller' | 'greater' | 'unclear' {
    const slots = this.#slots;
    if (!slots) return 'new';
    const bits = bitsOf(hash);
    const slot = this.#find(slots, hash, bits);
    if (slots[slot] !== bits) return 'new';
    if (isOwnRank(rank)) return 'unclear';
    const difference = firstKey(rank) - slots[slot + 1]! || secondKey(rank) - slots[slot + 2]!;
    if (difference === 0) return 'unclear';
    return difference < 0 ? 'smaller' : 'greater';
  }

  /** To be called when the database has the function under this rank or a smaller one. */
  remember(hash: string, rank: string): void {
    if (isOwnRank(rank)) return;
    this.#slots ??= new Float64Array(WIDTH * (SLOTS + PROBES)).fill(EMPTY);
    const slots = this.#slots;
    const bits = bitsOf(hash);
    const slot = this.#find(slots, hash, bits);
    const [first, second] = [firstKey(rank), secondKey(rank)];
    const isGreater = first > slots[slot + 1]! || (first === slots[slot + 1] && second > slots[slot + 2]!);
    if (slots[slot] === bits && isGreater) return;
    slots[slot] = bits;
    slots[slot + 1] = first;
    slots[slot + 2] = second;
  }

  forget(): void {
    this.#slots?.fill(EMPTY);
  }

  /** Where the function is, else where it may be put. */
  #find(slots: Float64Array, hash: string, bits: number): number {
    const first = WIDTH * hexadecimal(hash, 0, 5);
    for (let slot = first; slot < first + WIDTH * PROBES; slot += WIDTH) {
      if (slots[slot] === bits || slots[slot] === EMPTY) return slot;
    }
    return first;
  }
}

/** The last 52 bits, which fit a number exactly. The first 20 choose the slot: functions come in their order. */
const bitsOf = (hash: string): number => hexadecimal(hash, 19, 25) * 2 ** 28 + hexadecimal(hash, 25, 32);

/** Of a rank `CCCC.LLLL.name`: the two numbers and three characters, then seven more; both below 2⁵³. */
const firstKey = (rank: string): number =>
  (decimal(rank, 0, 4) * 10_000 + decimal(rank, 5, 9)) * 2 ** 21 + characters(rank, 10, 13);
const secondKey = (rank: string): number => characters(rank, 13, 16) * 2 ** 28 + characters(rank, 16, 20);

// Number.parseInt of parts of texts, without making texts of them, in numbers of 28 bits at most.

function hexadecimal(text: string, begin: number, end: number): number {
  let value = 0;
  for (let i = begin; i < end; i++) {
    const code = text.charCodeAt(i);
    value = (value << 4) | (code < 58 ? code - 48 : code - 87);
  }
  return value;
}

function decimal(text: string, begin: number, end: number): number {
  let value = 0;
  for (let i = begin; i < end; i++) value = (value * 10 + text.charCodeAt(i) - 48) | 0;
  return value;
}

/** Orders as the characters do, which are ASCII in names of built-in operators. */
function characters(text: string, begin: number, end: number): number {
  let value = 0;
  for (let i = begin; i < end; i++) value = (value << 7) | (i < text.length ? text.charCodeAt(i) : 0);
  return value;
}
