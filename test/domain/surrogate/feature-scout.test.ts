import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random/seeded-random.js';
import { FeatureScout } from '../../../src/domain/surrogate/feature-scout.js';

const random = new SeededRandom(2);
const outputs = Array.from({ length: 60 }, () => Float32Array.from({ length: 250 }, () => random.normal()));
const candidates = outputs.map((_, i) => i);

describe('the choice of functions that get Fisher features', () => {
  it('predicts the mean of the three finished functions with the nearest outputs, whatever the order', () => {
    const finished = Array.from({ length: 20 }, (_, i) => ({ outputs: outputs[i]!, value: random.next() }));
    const distance = (a: Float32Array, b: Float32Array) => a.reduce((sum, y, k) => sum + (y - b[k]!) ** 2, 0);
    for (const order of [finished, random.shuffle(finished)]) {
      const scout = new FeatureScout(outputs);
      for (const one of order) scout.learn(one.outputs, one.value);
      for (const i of candidates) {
        const nearest = finished.toSorted(
          (a, b) => distance(a.outputs, outputs[i]!) - distance(b.outputs, outputs[i]!),
        );
        const mean = nearest.slice(0, 3).reduce((sum, { value }) => sum + value, 0) / 3;
        expect(scout.predict(i)).toBeCloseTo(mean, 12);
      }
    }
  });

  it('takes the best predictions with a share of random ones, each once', () => {
    const scout = new FeatureScout(outputs);
    scout.learn(outputs[0]!, 0.9);
    for (const i of [1, 2, 3]) scout.learn(outputs[i]!, 0.1);
    const chosen = scout.choose(candidates, 30, new SeededRandom(1));
    expect(new Set(chosen).size).toBe(30);
    const greedy = scout.choose(candidates, 10, new SeededRandom(1), 0);
    const worst = Math.min(...greedy.map((i) => scout.predict(i)));
    for (const i of candidates) if (!greedy.includes(i)) expect(scout.predict(i)).toBeLessThanOrEqual(worst);
    const share = chosen.filter((i) => scout.predict(i) < worst).length / chosen.length;
    expect(share).toBeLessThan(0.9);
  });

  it('is random before anything is known, takes all when asked for more, and is decided by its seed', () => {
    const scout = new FeatureScout(outputs);
    scout.learn(outputs[0]!, Number.NaN);
    expect(scout.predict(5)).toBeNaN();
    const draws = [1, 1, 2].map((seed) => scout.choose(candidates, 12, new SeededRandom(seed)));
    expect(draws[0]).toEqual(draws[1]);
    expect(draws[0]).not.toEqual(draws[2]);
    expect(new Set(scout.choose(candidates, 100, new SeededRandom(1)))).toEqual(new Set(candidates));
    expect(scout.choose([], 5, new SeededRandom(1))).toEqual([]);
  });
});
