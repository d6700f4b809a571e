import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { fitSimilarityCurve } from '../../src/domain/surrogate/embedding/similarity-curve.js';
import { graphFromRows } from '../../src/domain/surrogate/embedding/sparse-graph.js';
import { descend, optimizeLayout } from '../../src/domain/surrogate/embedding/umap-layout.js';
import { wasmDescend } from '../../src/kernels/wasm-descent.js';

function laidOut(points: number, extent: number, run: typeof descend): Float64Array {
  const random = new SeededRandom(points);
  const graph = graphFromRows(points, function* (i) {
    for (let n = 0; n < 6 && points > 1; n++) {
      const other = random.integer(points);
      if (other !== i) yield [other, 0.001 + random.next()] as const;
    }
  });
  const coordinates = Float64Array.from({ length: 2 * points }, () => extent * random.normal());
  // Coincident points, and one far away.
  coordinates.fill(1, 0, Math.min(6, points));
  if (points > 20) coordinates[30] = 1e4;
  optimizeLayout(coordinates, graph, random, { curve: fitSimilarityCurve(0.1, 1), epochs: 60, descend: run });
  return coordinates;
}

describe('the descent of the layout in WebAssembly', () => {
  it.each([1, 2, 3, 50, 400])('is that of plain TypeScript to the bit for %i points', (points) => {
    for (const extent of [1e-9, 1, 100]) {
      const found = laidOut(points, extent, wasmDescend);
      expect(found).toEqual(laidOut(points, extent, descend));
      expect(found.every(Number.isFinite)).toBe(true);
    }
  });

  it('tells of every epoch', () => {
    const shares: number[] = [];
    const problem = {
      coordinates: Float64Array.of(0, 0, 1, 1),
      head: Int32Array.of(0),
      tail: Int32Array.of(1),
      period: Float64Array.of(1),
      epochs: 4,
      negativeSamples: 5,
      forces: { pull: new Float64Array(8194), push: new Float64Array(8194) },
      state: Uint32Array.of(1, 2, 3, 4),
      rate: 1,
      tailsStay: false,
    };
    wasmDescend(problem, (share) => shares.push(share));
    expect(shares).toEqual([0.25, 0.5, 0.75, 1]);
  });
});
