const rotateLeft = (value: number, bits: number): number => (value << bits) | (value >>> (32 - bits));

/** The generator xoshiro128** 1.1 (Blackman & Vigna 2021), period 2^128 - 1. */
export class Xoshiro128 {
  /** @param state four words, not all 0; changed by every draw */
  constructor(readonly state: Uint32Array) {}

  /** The next 32 bits, 0 to 2^32 - 1. */
  bits(): number {
    const s = this.state;
    const result = Math.imul(rotateLeft(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotateLeft(s[3]!, 11);
    return result;
  }
}
