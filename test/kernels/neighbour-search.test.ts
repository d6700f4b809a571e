import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { nearestNeighbours } from '../../src/domain/surrogate/embedding/nearest-neighbours.js';
import { searchTable, tableOf, toNeighbours, wasmNearestNeighbours } from '../../src/kernels/neighbour-search.js';
import { NeighbourThreads } from '../../src/kernels/neighbour-threads.js';
import { type TableVector, VectorTable } from '../../src/kernels/vector-table.js';
import { testSize } from '../support/test-size.js';

/** CDFs of `columns` bins, whose place and width vary; the first and last bins are constant. */
function cdfs(count: number, columns: number, random: SeededRandom): Uint16Array[] {
  return Array.from({ length: count }, () => {
    const [middle, width] = [columns * (0.4 + 0.2 * random.next()), columns * (0.02 + 0.05 * random.next())];
    return Uint16Array.from({ length: columns }, (_, k) =>
      k < 9 ? 0 : k > columns - 12 ? 65_535 : Math.round(65_535 / (1 + Math.exp((middle - k) / width))),
    );
  });
}

const floats = (count: number, columns: number, random: SeededRandom, unit = 1): Float32Array[] =>
  Array.from({ length: count }, () => Float32Array.from({ length: columns }, () => unit * random.normal()));

const noise = (count: number, columns: number, random: SeededRandom, below = 65_536): Uint16Array[] =>
  Array.from({ length: count }, () => Uint16Array.from({ length: columns }, () => random.integer(below)));

const metricOf = (vectors: readonly TableVector[]) => (vectors[0] instanceof Uint16Array ? 'manhattan' : 'euclidean');

function expectTwins(vectors: readonly TableVector[], count: number): void {
  expect(wasmNearestNeighbours(vectors, count)).toEqual(nearestNeighbours(vectors, count, metricOf(vectors)));
}

describe('nearest neighbours in WebAssembly are those of plain TypeScript, to the bit', () => {
  const random = new SeededRandom(12);

  it.each([1, 2, 63, 64, 65, 200])('for %i functions', (n) => {
    expectTwins(cdfs(n, 400, random), 3);
    expectTwins(floats(n, 103, random), 15);
  });

  it.each([1, 7, 8, 9, 255, 256, 257, 1000, 4099])('for vectors of %i entries', (columns) => {
    expectTwins(cdfs(70, columns, random), 3);
    expectTwins(floats(70, columns, random), 15);
  });

  it('for noise, where bounds tell nothing', () => {
    expectTwins(noise(150, 600, random), 3);
    expectTwins(noise(150, 600, random, 2), 5);
  });

  it('for more duplicates than are kept as candidates, ties going to the lower index', () => {
    const few = cdfs(3, 300, random);
    expectTwins(
      Array.from({ length: 180 }, (_, i) => few[i % 3]!),
      5,
    );
    const [same] = floats(1, 50, random);
    expectTwins(new Array(100).fill(same), 15);
  });

  it('for functions that differ by less than the rounding of groups', () => {
    const [base] = cdfs(1, 2000, random);
    const near = Array.from({ length: 120 }, () => base!.map((x) => Math.min(65_535, x + random.integer(2))));
    expectTwins([...near, ...cdfs(40, 2000, random)], 3);
  });

  it('for outputs so large that float32 overflows, and so small that squares vanish', () => {
    expectTwins([...floats(30, 40, random, 1e30), ...floats(30, 40, random), ...floats(30, 40, random, 1e-30)], 15);
  });

  it('for any shape and mixture', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 140 }),
        fc.integer({ min: 1, max: 700 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 16 }),
        fc.integer(),
        (n, columns, count, bits, seed) => {
          const own = new SeededRandom(seed);
          expectTwins(noise(n, columns, own, 2 ** bits), count);
          expectTwins(floats(n, columns, own), count);
        },
      ),
      { numRuns: testSize({ small: 25, full: 500 }) },
    );
  });

  it('refuses vectors of different lengths or that are not finite', () => {
    expect(() => wasmNearestNeighbours([new Float32Array(3), new Float32Array(2)], 1)).toThrow(
      /vector 1 has 2 entries/,
    );
    expect(() => wasmNearestNeighbours([Float32Array.of(1, Number.NaN)], 1)).toThrow(/entry 1 of vector 0 is NaN/);
    const shape = { rows: 50_000, columns: 141_000, element: 'uint16' } as const;
    expect(() => new VectorTable(shape)).toThrow(/50000 vectors of 141000 entries need .* more than can be addressed/);
  });
});

describe('nearest neighbours by threads', () => {
  const pools = [1, 2, 3].map((threads) => new NeighbourThreads(threads));
  afterAll(() => Promise.all(pools.map((pool) => pool.close())));

  it('are the same for any number of threads', async () => {
    const random = new SeededRandom(5);
    for (const vectors of [cdfs(300, 500, random), floats(300, 60, random)]) {
      const { layout } = tableOf(vectors);
      const expected = nearestNeighbours(vectors, 7, metricOf(vectors));
      for (const pool of pools) expect(toNeighbours(layout, await pool.search(layout, 7))).toEqual(expected);
    }
  });

  it('of vectors outside the table are the nearest of its rows, constant columns counted', async () => {
    const random = new SeededRandom(6);
    for (const [vectors, queries] of [
      [cdfs(150, 300, random), noise(70, 300, random)],
      [floats(150, 30, random), floats(70, 30, random)],
    ]) {
      // A column that is constant in the table and not in the queries.
      for (const vector of vectors!) vector[20] = 5;
      const table = tableOf(vectors!, 70);
      // Twice: the rows of queries are used again.
      table.writeQueries(vectors!.slice(0, 70));
      const beyond = table.writeQueries(queries!);
      const found = toNeighbours(table.layout, searchTable(table.layout, 4, 70), beyond);
      expect(toNeighbours(table.layout, await pools[1]!.search(table.layout, 4, 70), beyond)).toEqual(found);
      for (const [q, query] of queries!.entries()) {
        const [alone, ...others] = nearestNeighboursOf(query, vectors!).slice(0, 4);
        expect([...found.index.subarray(4 * q, 4 * q + 4)]).toEqual([
          alone!.index,
          ...others.map(({ index }) => index),
        ]);
        const distance = found.distance[4 * q]!;
        expect(Math.abs(distance / alone!.distance - 1)).toBeLessThan(1e-5);
      }
    }
  });
});

/** Rows by distance from the query, plainly. */
function nearestNeighboursOf(query: TableVector, vectors: readonly TableVector[]) {
  const isInteger = query instanceof Uint16Array;
  const measured = vectors.map((vector, index) => {
    let sum = 0;
    for (const [k, x] of query.entries()) sum += isInteger ? Math.abs(x - vector[k]!) : (x - vector[k]!) ** 2;
    return { index, distance: isInteger ? sum / 65_535 : Math.sqrt(sum) };
  });
  return measured.sort((a, b) => a.distance - b.distance);
}
