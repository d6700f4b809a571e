import { describe, expect, test } from 'vitest';
import { rankOf } from '../../src/domain/expression/rank.js';
import { canonicalHash } from '../../src/domain/features/canonical-hash.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { RememberedRanks } from '../../src/store/functions/remembered-ranks.js';
import { hashOf } from './test-store.js';

describe('remembered ranks', () => {
  test('tell smaller from greater as texts do, or say that they do not know', () => {
    const random = new SeededRandom('remembered ranks');
    const pick = <T>(choices: readonly T[]): T => choices[random.integer(choices.length)]!;
    const draw = (): string => {
      const name = Array.from({ length: 1 + random.integer(4) }, () =>
        pick(['abs(', 'erf(', 'bessel_i0e(', 'x', 'a_1(']),
      ).join('');
      return rankOf(name, 1 + random.integer(12));
    };
    const counts = { smaller: 0, greater: 0, unclear: 0, new: 0 };
    const known = new RememberedRanks();
    for (let i = 0; i < 20_000; i++) {
      const [first, second] = [draw(), draw()];
      known.remember(hashOf(i), first);
      const answer = known.compare(hashOf(i), second);
      counts[answer]++;
      if (answer === 'smaller') expect(second < first).toBe(true);
      if (answer === 'greater') expect(second > first).toBe(true);
    }
    expect(counts.new).toBe(0);
    expect(counts.smaller).toBeGreaterThan(counts.unclear);
  });

  test('fall and never rise', () => {
    const known = new RememberedRanks();
    for (const rank of [rankOf('erf(x)', 1), rankOf('abs(x)', 1), rankOf('relu(relu(x))', 2)])
      known.remember(hashOf(7), rank);
    expect(known.compare(hashOf(7), rankOf('abs(x)', 1))).toBe('unclear');
    expect(known.compare(hashOf(7), rankOf('elu(x)', 1))).toBe('greater');
    expect(known.compare(hashOf(8), rankOf('elu(x)', 1))).toBe('new');
    known.forget();
    expect(known.compare(hashOf(7), rankOf('elu(x)', 1))).toBe('new');
  });

  test('are not those of names with operators of one’s own', () => {
    const known = new RememberedRanks();
    known.remember(hashOf(7), rankOf('mine@1/foo(x)', 1));
    expect(known.compare(hashOf(7), rankOf('erf(x)', 1))).toBe('new');
    known.remember(hashOf(7), rankOf('erf(x)', 1));
    expect(known.compare(hashOf(7), rankOf('mine@1/foo(x)', 1))).toBe('unclear');
  });

  test('of 400,000 functions are kept', () => {
    const known = new RememberedRanks();
    const rank = rankOf('erf(x)', 1);
    const hash = (i: number) => canonicalHash(Float32Array.of(i));
    const hashes = Array.from({ length: 400_000 }, (_, i) => hash(i));
    for (const one of hashes) known.remember(one, rank);
    const kept = hashes.filter((one) => known.compare(one, rank) !== 'new').length;
    expect(kept).toBeGreaterThan(399_990);
  });
});
