import { polarNormals } from './polar-normal.js';
import { preciseLog } from './precise-log.js';

const STATE_LENGTH = 624;
const SHIFT = 397;

/**
 * NumPy's legacy generator, `numpy.random.seed(n)` and `numpy.random.normal()`: the Mersenne Twister MT19937
 * (Matsumoto & Nishimura 1998) with Marsaglia's polar method, reproduced bit for bit.
 */
export class Mt19937 {
  private readonly state = new Uint32Array(STATE_LENGTH);
  private next = STATE_LENGTH;
  private spareNormal: number | undefined;

  /** @param seed 0 to 2^32 - 1 */
  constructor(seed: number) {
    let word = seed >>> 0;
    for (let i = 0; i < STATE_LENGTH; i++) {
      this.state[i] = word;
      word = (Math.imul(1812433253, word ^ (word >>> 30)) + i + 1) >>> 0;
    }
  }

  /** 32 random bits. */
  bits(): number {
    if (this.next === STATE_LENGTH) this.twist();
    let y = this.state[this.next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** Uniform in [0, 1), with 53 random bits: `numpy.random.random_sample()`. */
  uniform(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** Standard normal: `numpy.random.normal()`. */
  normal(): number {
    if (this.spareNormal !== undefined) {
      const spare = this.spareNormal;
      this.spareNormal = undefined;
      return spare;
    }
    const [first, second] = polarNormals(() => this.uniform(), preciseLog);
    this.spareNormal = second;
    return first;
  }

  private twist(): void {
    const s = this.state;
    for (let i = 0; i < STATE_LENGTH; i++) {
      const y = (s[i]! & 0x80000000) | (s[(i + 1) % STATE_LENGTH]! & 0x7fffffff);
      s[i] = s[(i + SHIFT) % STATE_LENGTH]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.next = 0;
  }
}
