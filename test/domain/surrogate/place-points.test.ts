import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random/seeded-random.js';
import { embed } from '../../../src/domain/surrogate/embedding/embedding.js';
import { type Neighbours, nearestNeighbours } from '../../../src/domain/surrogate/embedding/nearest-neighbours.js';
import { placePoints } from '../../../src/domain/surrogate/embedding/place-points.js';
import { wasmEmbeddingKernels } from '../../../src/kernels/embedding-kernels.js';
import { euclidean, trustworthiness } from '../../support/trustworthiness.js';
import { umapGolden } from '../../support/umap-golden.js';

const golden = umapGolden();

/** Neighbours of the last vectors among the first `old`. */
function amongOld(vectors: readonly Float32Array[], old: number, count: number, metric: 'euclidean' | 'manhattan') {
  const rows = vectors.slice(old).map((vector) => {
    const { index, distance } = nearestNeighbours([vector, ...vectors.slice(0, old)], count + 1, metric);
    return { index: [...index.subarray(1, count + 1)].map((i) => i - 1), distance: distance.subarray(1, count + 1) };
  });
  const neighbours: Neighbours = {
    size: rows.length,
    count,
    index: Int32Array.from(rows.flatMap(({ index }) => index)),
    distance: Float64Array.from(rows.flatMap(({ distance }) => [...distance])),
  };
  return neighbours;
}

const views = (old: number) => ({
  outputs: amongOld(golden.outputs, old, 14, 'euclidean'),
  fisher: amongOld(golden.fisher, old, 2, 'manhattan'),
});

describe('placing further functions in a plane', () => {
  const old = 108;
  const plane = embed({ outputs: golden.outputs.slice(0, old), fisher: golden.fisher.slice(0, old) }, { seed: 1 });
  const placed = placePoints(plane, views(old), { seed: 1 });

  it('leaves the plane as it is and gives finite places, the same for the same seed and kernel', () => {
    const before = plane.slice();
    expect(placePoints(plane, views(old), { seed: 1 })).toEqual(placed);
    expect(placePoints(plane, views(old), { seed: 1, kernels: wasmEmbeddingKernels })).toEqual(placed);
    expect(placePoints(plane, views(old), { seed: 2 })).not.toEqual(placed);
    expect(plane).toEqual(before);
    expect(placed.length).toBe(24);
    expect(placed.every(Number.isFinite)).toBe(true);
  });

  it('is nearly as trustworthy as a fit on all', () => {
    const all = Float32Array.of(...plane, ...placed);
    const fitted = embed({ outputs: golden.outputs, fisher: golden.fisher }, { seed: 1 });
    const quality = (points: Float32Array) => trustworthiness(golden.outputs, points, 15, euclidean);
    expect(quality(all)).toBeGreaterThan(quality(fitted) - 0.03);
  });

  it('puts members of a group into that group, outputs alone being enough', () => {
    const random = new SeededRandom(3);
    const vectors = Array.from({ length: 75 }, (_, i) =>
      Float32Array.from({ length: 4 }, () => 100 * (i % 3) + random.normal()),
    );
    const groups = embed({ outputs: vectors.slice(0, 60) }, { seed: 1 });
    const added = placePoints(groups, { outputs: amongOld(vectors, 60, 6, 'euclidean') }, { seed: 1 });
    const nearest = amongOld(
      Array.from({ length: 75 }, (_, i) =>
        i < 60 ? groups.slice(2 * i, 2 * i + 2) : added.slice(2 * (i - 60), 2 * (i - 60) + 2),
      ),
      60,
      3,
      'euclidean',
    );
    for (const [slot, index] of nearest.index.entries()) expect(index % 3).toBe((60 + Math.floor(slot / 3)) % 3);
  });

  it('works in a plane of one function, with duplicates of it', () => {
    const one = { size: 2, count: 1, index: Int32Array.of(0, 0), distance: Float64Array.of(0, 3) };
    const found = placePoints(Float32Array.of(4, 5), { outputs: one, fisher: one }, { seed: 1 });
    expect(found.every(Number.isFinite)).toBe(true);
    expect(() => placePoints(new Float32Array(), { outputs: one }, { seed: 1 })).toThrow(/no plane/);
  });
});
