import { hash } from 'node:crypto';
import { CANONICAL_NAN, HASH_DIGITS, VERSION_TAG } from '../features/canonical-hash.js';
import { type MakeRounding, type OutputRounding, plainRounding } from './output-rounding.js';

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

export interface Digest {
  /** The 16 bytes of the canonical hash, as a text of Latin-1: half as long as its digits. */
  hash: string;
  /** Whether the function can be suggested (isUsable). */
  usable: boolean;
}

/**
 * Rounds values to output features and hashes them, as outputFeatures and canonicalHash do one after the other, but with
 * buffers used again: of a million functions, this and the last operator are all that is left to do.
 */
export class OutputHasher {
  /** To be written to before each digest: float64, in the order given. */
  readonly values: Float64Array;
  readonly #rounding: OutputRounding;
  readonly #bytes: Buffer;
  readonly #tagged: Buffer;
  readonly #bits: Uint32Array;

  /** @param order places of the values among the samples, a multiple of four */
  constructor(order: Uint16Array, makeRounding: MakeRounding = plainRounding) {
    // The tag ends where the floats begin, and those must be aligned.
    this.#rounding = makeRounding(order, Math.ceil(VERSION_TAG.length / 4) * 4);
    const { values, floats } = this.#rounding;
    this.values = values;
    this.#bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
    this.#bytes = Buffer.from(floats.buffer, floats.byteOffset, floats.byteLength);
    const tag = VERSION_TAG.length;
    this.#tagged = Buffer.from(floats.buffer, floats.byteOffset - tag, tag + floats.byteLength);
    this.#tagged.write(VERSION_TAG, 'latin1');
  }

  /** Of `values`. */
  digest(): Digest {
    const { floats, round } = this.#rounding;
    const finite = round();
    const usable = finite && isVaried(floats);
    if (!finite) makeNansOne(floats, this.#bits);
    if (!LITTLE_ENDIAN) this.#bytes.swap32();
    return { hash: hash('sha256', this.#tagged, 'binary').slice(0, HASH_DIGITS / 2), usable };
  }

  /** The output features of what was digested last, as outputFeatures gives them. */
  outputs(): Float32Array {
    const outputs = this.#rounding.floats.slice();
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
