import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random/seeded-random.js';
import { bestRows, meanWorth, posteriorWorth } from '../../../src/domain/replay/worth.js';
import { pointsOf } from '../../../src/domain/surrogate/points.js';

describe('what functions are worth', () => {
  it('is the mean of their results, and the best of equal ones the first trained', () => {
    const worth = meanWorth([
      { row: 4, value: 0.5 },
      { row: 2, value: 0.9 },
      { row: 2, value: 0.1 },
      { row: 7, value: Number.NaN },
    ]);
    expect(worth).toEqual(
      new Map([
        [4, 0.5],
        [2, 0.5],
        [7, Number.NaN],
      ]),
    );
    expect(bestRows(worth, 5)).toEqual([4, 2]);
  });

  /** Rows 0 to 59 lie in a good valley or a bad one; 60 is far from both, 61 has no place. */
  const random = new SeededRandom(4);
  const places = Array.from({ length: 60 }, (_, row) => [row < 30 ? 0 : 5, random.normal()]);
  const points = pointsOf([...places, [50, 0], [Number.NaN, Number.NaN]]);
  const results = places.map((_, row) => ({ row, value: (row < 30 ? 0.7 : 0.3) + 0.03 * random.normal() }));

  it('by its neighbours: a lucky one among bad ones is not the pick, one that is good is', () => {
    const lucky = results.map((one) => (one.row === 40 ? { row: 40, value: 0.8 } : one));
    expect(bestRows(meanWorth(lucky), 1)).toEqual([40]);
    const pick = bestRows(posteriorWorth(points)(lucky), 1)[0]!;
    expect(pick).toBeLessThan(30);
    const height = (row: number) => 0.7 - 0.2 * (places[row]![1]! - 1) ** 2;
    const hill = results.map((one) => (one.row < 30 ? { ...one, value: height(one.row) } : one));
    const top = bestRows(posteriorWorth(points)(hill), 1)[0]!;
    expect(height(top)).toBeGreaterThan(0.68);
  });

  it('does not depend on what was asked before; without places or results means decide', () => {
    const worth = posteriorWorth(points);
    for (let count = 2; count < 20; count++) worth(results.slice(0, count));
    const [kept, fresh] = [worth(results), posteriorWorth(points)(results)];
    for (const [row, value] of fresh) expect(kept.get(row)).toBeCloseTo(value, 9);
    const nowhere = [{ row: 61, value: 0.9 }];
    expect(worth(nowhere)).toEqual(new Map([[61, 0.9]]));
    expect(worth([...results, ...nowhere]).has(61)).toBe(false);
    expect(worth([...results, { row: 60, value: Number.NaN }]).has(60)).toBe(false);
  });
});
