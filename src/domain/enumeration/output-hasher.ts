import { hash } from 'node:crypto';
import { CANONICAL_NAN, HASH_DIGITS, VERSION_TAG } from '../features/canonical-hash.js';

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

export interface Digest {
  /** The 16 bytes of the canonical hash, as a text of Latin-1: half as long as its digits. */
  hash: string;
  /** Whether the function can be suggested (isUsable). */
  usable: boolean;
}

/**
 * Rounds values to output features and hashes them, as outputFeatures and canonicalHash do one after the other, but with
 * buffers used again and in one pass: of a million functions, this and the last operator are all that is left to do.
 */
export class OutputHasher {
  readonly #bytes: Buffer;
  readonly #tagged: Buffer;
  readonly #floats: Float32Array;
  readonly #bits: Uint32Array;
  readonly #order: Uint16Array;

  /** @param order places of the values among the samples, whose number is even */
  constructor(order: Uint16Array) {
    const count = order.length;
    this.#order = order;
    // The tag ends where the floats begin, and those must be aligned.
    const begin = Math.ceil(VERSION_TAG.length / 4) * 4;
    const memory = new ArrayBuffer(begin + 4 * count);
    this.#floats = new Float32Array(memory, begin);
    this.#bits = new Uint32Array(memory, begin);
    this.#bytes = Buffer.from(memory, begin);
    this.#tagged = Buffer.from(memory, begin - VERSION_TAG.length);
    this.#tagged.write(VERSION_TAG, 'latin1');
  }

  /** @param values float64, as many as there are samples, in the order given */
  digest(values: Float64Array): Digest {
    const floats = this.#floats;
    const order = this.#order;
    // ±∞ and NaN times 0 are NaN, and stay it in a sum; in two sums, so that additions need not wait for one another.
    let [even, odd] = [0, 0];
    for (let i = 0; i < order.length; i += 2) {
      // The rounding may make a -0 as well: -0 + 0 = +0.
      const first = Math.fround(values[i]!) + 0;
      const second = Math.fround(values[i + 1]!) + 0;
      floats[order[i]!] = first;
      floats[order[i + 1]!] = second;
      even += first * 0;
      odd += second * 0;
    }
    const zero = even + odd;
    const finite = zero === 0;
    const usable = finite && isVaried(floats);
    if (!finite) makeNansOne(floats, this.#bits);
    if (!LITTLE_ENDIAN) this.#bytes.swap32();
    return { hash: hash('sha256', this.#tagged, 'binary').slice(0, HASH_DIGITS / 2), usable };
  }

  /** The output features of what was digested last, as outputFeatures gives them. */
  outputs(): Float32Array {
    const outputs = this.#floats.slice();
    if (!LITTLE_ENDIAN) Buffer.from(outputs.buffer).swap32();
    return outputs;
  }
}

function makeNansOne(floats: Float32Array, bits: Uint32Array): void {
  for (let i = 0; i < floats.length; i++) if (Number.isNaN(floats[i])) bits[i] = CANONICAL_NAN;
}

function isVaried(values: Float32Array): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return true;
  return false;
}
