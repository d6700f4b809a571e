import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestNeighbours } from '../../../src/domain/surrogate/embedding/nearest-neighbours.js';
import { testSize } from '../../support/test-size.js';
import { euclidean, manhattan } from '../../support/trustworthiness.js';

const vectorsOf = (length: number) =>
  fc.array(
    fc
      .array(fc.integer({ min: -4, max: 4 }), { minLength: length, maxLength: length })
      .map((v) => Float32Array.from(v)),
    { minLength: 1, maxLength: 30 },
  );

describe('nearest neighbours', () => {
  it.each([
    ['euclidean' as const, euclidean],
    ['manhattan' as const, manhattan],
  ])('are those of sorting all %s distances, itself first, ties by index', (metric, distance) => {
    fc.assert(
      fc.property(vectorsOf(5), fc.integer({ min: 1, max: 8 }), (vectors, count) => {
        const found = nearestNeighbours(vectors, count, metric);
        const k = Math.min(count, vectors.length);
        expect(found.count).toBe(k);
        for (const [i, vector] of vectors.entries()) {
          const sorted = vectors
            .map((other, j) => ({ j, d: Math.fround(distance(vector, other)) }))
            .sort((a, b) => a.d - b.d || Number(b.j === i) - Number(a.j === i) || a.j - b.j)
            .slice(0, k);
          expect([...found.index.subarray(i * k, i * k + k)]).toEqual(sorted.map(({ j }) => j));
          expect([...found.distance.subarray(i * k, i * k + k)]).toEqual(sorted.map(({ d }) => d));
        }
      }),
      { numRuns: testSize({ small: 50, full: 2000 }) },
    );
  });

  it('keep their order and finite distances where float32 squares overflow', () => {
    const vectors = [0, 3e25, 1e25, 3e38, -3e38].map((x) => Float32Array.of(x, 0));
    const { index, distance } = nearestNeighbours(vectors, 5, 'euclidean');
    expect([...index.subarray(0, 5)]).toEqual([0, 2, 1, 3, 4]);
    expect(distance.every(Number.isFinite)).toBe(true);
  });

  it('refuse vectors of different lengths and entries that are not finite', () => {
    expect(() => nearestNeighbours([Float32Array.of(1), Float32Array.of(1, 2)], 1, 'euclidean')).toThrow(
      /vector 1 has 2 entries/,
    );
    expect(() => nearestNeighbours([Float32Array.of(1), Float32Array.of(Number.NaN)], 1, 'euclidean')).toThrow(
      /entry 0 of vector 1 is NaN/,
    );
  });

  it('report progress up to 1', () => {
    const shares: number[] = [];
    nearestNeighbours(
      Array.from({ length: 9 }, (_, i) => Float32Array.of(i)),
      2,
      'manhattan',
      (share) => shares.push(share),
    );
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });
});
