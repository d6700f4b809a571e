import { createHash } from 'node:crypto';

const ROUNDS = 8;

/**
 * Chooses distinct indices out of [0, size) without enumerating: `indexAt(0)`, `indexAt(1)`, ... is a permutation of
 * them that the seed fixes, computed one by one, so that ranges of a sample are addressable and nothing is stored. A
 * balanced Feistel network over the next even number of bits, whose round function is SHA-256, walked along its cycle
 * until it comes back inside (Black & Rogaway 2002, "Ciphers with arbitrary finite domains").
 */
export class IndexSample {
  readonly #size: bigint;
  readonly #key: string;
  readonly #half: bigint;
  readonly #mask: bigint;

  /** @param size how many there are to choose from, at least 1 */
  constructor(size: bigint, seed: number) {
    this.#size = size;
    this.#key = `aquasurf sample ${seed} of ${size}`;
    const bits = (size - 1n).toString(2).length;
    this.#half = BigInt(Math.ceil(bits / 2));
    this.#mask = (1n << this.#half) - 1n;
  }

  /** @param i 0 to size - 1: each gives another index */
  indexAt(i: bigint): bigint {
    if (i < 0n || i >= this.#size) throw new RangeError(`sample ${i} of ${this.#size}`);
    let index = i;
    do index = this.#encipher(index);
    while (index >= this.#size);
    return index;
  }

  #encipher(block: bigint): bigint {
    let left = block >> this.#half;
    let right = block & this.#mask;
    for (let round = 0; round < ROUNDS; round++) {
      [left, right] = [right, left ^ (this.#noise(round, right) & this.#mask)];
    }
    return (left << this.#half) | right;
  }

  #noise(round: number, value: bigint): bigint {
    const bytes = this.#half <= 64n ? 8 : 32;
    let noise = 0n;
    for (let block = 0; BigInt(8 * bytes * block) < this.#half; block++) {
      const digest = createHash('sha256').update(`${this.#key}:${round}:${block}:${value}`).digest('hex');
      noise = (noise << BigInt(8 * bytes)) | BigInt(`0x${digest.slice(0, 2 * bytes)}`);
    }
    return noise;
  }
}
