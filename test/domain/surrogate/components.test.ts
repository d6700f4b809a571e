import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random/seeded-random.js';
import { evenColumns, featureComponents, principalComponents } from '../../../src/domain/surrogate/components.js';
import { pointAt } from '../../../src/domain/surrogate/points.js';

const random = new SeededRandom(4);
const normals = (length: number) => Float64Array.from({ length }, () => random.normal());
const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.sqrt(Array.from(a).reduce((sum, value, k) => sum + (value - b[k]!) ** 2, 0));

describe('principal components', () => {
  it('keep all distances of rows that lie in so many dimensions', () => {
    const directions = Array.from({ length: 4 }, () => normals(60));
    const rows = Array.from({ length: 700 }, () => {
      const scores = normals(4);
      return Float64Array.from(
        { length: 60 },
        (_, k) => 5 + directions.reduce((sum, d, i) => sum + scores[i]! * d[k]!, 0),
      );
    });
    const found = principalComponents(rows);
    expect(found).toMatchObject({ count: 700, dimensions: 10 });
    for (let i = 0; i < 50; i++) {
      const [a, b] = [random.integer(700), random.integer(700)];
      expect(distance(pointAt(found, a), pointAt(found, b))).toBeCloseTo(distance(rows[a]!, rows[b]!), 6);
    }
  });

  it('come in the order of their variance, uncorrelated', () => {
    const scales = [9, 5, 3, 2, 1, 0.5];
    const rows = Array.from({ length: 400 }, () => normals(6).map((value, k) => scales[k]! * value));
    const { coordinates, dimensions } = principalComponents(rows, 3);
    const column = (d: number) => rows.map((_, i) => coordinates[i * dimensions + d]!);
    const product = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0) / a.length;
    const variances = [0, 1, 2].map((d) => product(column(d), column(d)));
    for (const [d, variance] of variances.entries()) expect(variance / scales[d]! ** 2).toBeGreaterThan(0.75);
    expect(Math.abs(product(column(0), column(1)))).toBeLessThan(0.02 * variances[0]!);
  });
});

describe('the components of both features', () => {
  const outputs = Array.from({ length: 30 }, () => Float32Array.from(normals(1000)));
  const fisher = Array.from({ length: 30 }, () => Float32Array.from(normals(20)));

  it('weigh the outputs by 1 and the Fisher features by a half, whatever their units', () => {
    const spread = (views: Parameters<typeof featureComponents>[0]) => {
      const points = featureComponents(views);
      const variance = (from: number, to: number) =>
        Array.from({ length: 30 }, (_, i) => pointAt(points, i).slice(from, to))
          .flat()
          .reduce((s, v) => s + v * v, 0) / 30;
      return [points.dimensions, variance(0, 10), variance(10, 20)];
    };
    const expected = [20, expect.closeTo(1, 6), expect.closeTo(0.25, 6)];
    expect(spread({ outputs, fisher })).toEqual(expected);
    expect(spread({ outputs, fisher: fisher.map((row) => row.map((value) => 1000 * value)) })).toEqual(expected);
  });

  it('are the same each time, finite for equal functions, and refuse views of different lengths', () => {
    expect(featureComponents({ outputs, fisher })).toEqual(featureComponents({ outputs, fisher }));
    const equal = featureComponents({ outputs: outputs.map(() => outputs[0]!), fisher: fisher.map(() => fisher[0]!) });
    expect(equal.coordinates.every(Number.isFinite)).toBe(true);
    expect(featureComponents({ outputs: [], fisher: [] }).count).toBe(0);
    expect(() => featureComponents({ outputs, fisher: [] })).toThrow(/30 functions with output features but 0/);
  });

  it('look at evenly spread columns of long features, the last included', () => {
    const long = Float32Array.from({ length: 10_001 }, (_, k) => k);
    const few = evenColumns(long, 100);
    expect(few).toHaveLength(100);
    expect(few[99]).toBe(10_000);
    expect(new Set(Array.from(few.subarray(1), (value, k) => Math.round((value - few[k]!) / 100)))).toEqual(
      new Set([1]),
    );
    expect(evenColumns(long.subarray(0, 50), 100)).toEqual(long.subarray(0, 50));
  });
});
