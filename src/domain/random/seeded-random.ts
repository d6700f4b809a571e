import { polarNormals } from './polar-normal.js';
import { Xoshiro128 } from './xoshiro128.js';

const TWO_POW_53 = 2 ** 53;

/** Finalizer of MurmurHash3 (Appleby 2011): every input bit changes each output bit with probability about 1/2. */
function mix(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** 32 bits of a text, different for each `lane`. */
function hashText(text: string, lane: number): number {
  let h = mix(0x9e3779b9 + lane);
  for (let i = 0; i < text.length; i++) h = mix(h ^ Math.imul(text.charCodeAt(i) + 1, 0xcc9e2d51));
  return mix(h ^ text.length);
}

/**
 * Pseudo-random numbers that depend on the seed alone: the same on every machine and JavaScript engine, but for
 * `normal`, whose last bit is that of `Math.log`. Generator: xoshiro128**. Not for secrets.
 */
export class SeededRandom {
  private readonly generator: Xoshiro128;
  private spareNormal: number | undefined;

  /** @param seed any number or text; 42 and '42' are the same seed */
  constructor(seed: number | string) {
    const text = String(seed);
    this.generator = startedAt(Uint32Array.from([0, 1, 2, 3], (lane) => hashText(text, lane)));
  }

  /** Uniform in [0, 1), with 53 random bits. */
  next(): number {
    const high = this.generator.bits() >>> 5;
    const low = this.generator.bits() >>> 6;
    return (high * 2 ** 26 + low) / TWO_POW_53;
  }

  /** Uniform among 0, 1, ..., below - 1; `below` is a whole number from 1 to 2^53, else RangeError. */
  integer(below: number): number {
    if (!Number.isInteger(below) || below < 1 || below > TWO_POW_53) {
      throw new RangeError(`expected a whole number from 1 to 2^53 as the bound of a random integer, found ${below}`);
    }
    // The bias, at most below / 2^53, is far under what any use of this class could see.
    return Math.floor(this.next() * below);
  }

  /** A new array with the items in uniformly random order (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[] {
    const shuffled = [...items];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const item = shuffled[i] as T;
      shuffled[i] = shuffled[j] as T;
      shuffled[j] = item;
    }
    return shuffled;
  }

  /** Standard normal, by Marsaglia's polar method; draws come in pairs. */
  normal(): number {
    if (this.spareNormal !== undefined) {
      const spare = this.spareNormal;
      this.spareNormal = undefined;
      return spare;
    }
    const [first, second] = polarNormals(() => this.next(), Math.log);
    this.spareNormal = second;
    return first;
  }

  /** A generator of its own, for what draws 32 bits at a time, started from the next 128 bits of this one. */
  stream(): Xoshiro128 {
    return startedAt(Uint32Array.from({ length: 4 }, () => this.generator.bits()));
  }
}

function startedAt(state: Uint32Array): Xoshiro128 {
  // The only state that the generator cannot leave.
  if (state.every((word) => word === 0)) state[0] = 1;
  return new Xoshiro128(state);
}
