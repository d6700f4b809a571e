import type { SeededRandom } from '../random/seeded-random.js';

/** Finished functions that a prediction from outputs alone takes the mean of. */
const NEIGHBOURS = 3;
/** Share of random functions among those that get Fisher features next: what no result so far points to. */
export const RANDOM_SHARE = 0.25;

/**
 * Predicts from output features alone which functions are worth their Fisher features: the mean result of the 3 finished
 * functions with the nearest outputs (Euclidean, as in the plane). Learns trial by trial, so that each costs one
 * comparison for each function.
 */
export class FeatureScout {
  private readonly distances: Float64Array;
  private readonly values: Float64Array;

  /** @param outputs of the functions to predict, all of one length */
  constructor(private readonly outputs: readonly Float32Array[]) {
    this.distances = new Float64Array(outputs.length * NEIGHBOURS).fill(Number.POSITIVE_INFINITY);
    this.values = new Float64Array(outputs.length * NEIGHBOURS).fill(Number.NaN);
  }

  /** A finished function. @param value more is better; NaN or infinite teaches nothing */
  learn(finished: Float32Array, value: number): void {
    if (!Number.isFinite(value)) return;
    for (const [i, outputs] of this.outputs.entries()) {
      const last = (i + 1) * NEIGHBOURS - 1;
      const distance = squaredDistance(outputs, finished, this.distances[last]!);
      let slot = last;
      if (!(distance < this.distances[slot]!)) continue;
      for (; slot > i * NEIGHBOURS && this.distances[slot - 1]! > distance; slot--) {
        this.distances[slot] = this.distances[slot - 1]!;
        this.values[slot] = this.values[slot - 1]!;
      }
      this.distances[slot] = distance;
      this.values[slot] = value;
    }
  }

  /** NaN before anything was learnt. */
  predict(function_: number): number {
    let [sum, known] = [0, 0];
    for (let k = function_ * NEIGHBOURS; k < (function_ + 1) * NEIGHBOURS; k++) {
      if (this.distances[k] === Number.POSITIVE_INFINITY) break;
      sum += this.values[k]!;
      known += 1;
    }
    return known === 0 ? Number.NaN : sum / known;
  }

  /**
   * The functions that should get Fisher features next: the best predictions, with a share of random ones; all random
   * before anything was learnt. In the order in which they should be computed.
   * @param candidates indices of functions without features
   */
  choose(candidates: readonly number[], count: number, random: SeededRandom, randomShare = RANDOM_SHARE): number[] {
    const drawn = random.shuffle(candidates);
    const predicted = drawn
      .map((index) => ({ index, score: this.predict(index) }))
      .filter(({ score }) => !Number.isNaN(score))
      // Stable, so that equal predictions stay in random order.
      .sort((a, b) => b.score - a.score);
    const chosen = new Set<number>();
    const [best, any] = [predicted.values(), drawn.values()];
    while (chosen.size < Math.min(count, candidates.length)) {
      const source = random.next() < randomShare ? any : best;
      const next = source.next().value;
      const index = typeof next === 'object' ? next.index : (next ?? any.next().value);
      if (index !== undefined) chosen.add(index);
    }
    return [...chosen];
  }
}

/** Stops counting beyond `limit`. */
function squaredDistance(a: Float32Array, b: Float32Array, limit: number): number {
  let sum = 0;
  for (let from = 0; from < a.length && sum < limit; from += 100) {
    const to = Math.min(a.length, from + 100);
    for (let k = from; k < to; k++) {
      const difference = a[k]! - b[k]!;
      sum += difference * difference;
    }
  }
  return sum;
}
