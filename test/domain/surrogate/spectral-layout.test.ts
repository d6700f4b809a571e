import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random/seeded-random.js';
import { connectedComponents } from '../../../src/domain/surrogate/embedding/connected-components.js';
import { leadingEigenvectors } from '../../../src/domain/surrogate/embedding/lanczos.js';
import { graphFromRows, type SparseGraph } from '../../../src/domain/surrogate/embedding/sparse-graph.js';
import { spectralLayout } from '../../../src/domain/surrogate/embedding/spectral-layout.js';
import { tridiagonalEigenvectors } from '../../../src/domain/surrogate/embedding/tridiagonal-eigenvectors.js';

/** Vertices 0, 1, ... joined to the next, and the last to the first if `closed`. */
function chain(size: number, closed: boolean): SparseGraph {
  return graphFromRows(size, (i) =>
    [i - 1, i + 1]
      .map((j) => (closed ? (j + size) % size : j))
      .filter((j) => j >= 0 && j < size)
      .map((j) => [j, 1] as const),
  );
}

describe('connected components', () => {
  it('are listed with the largest first, members ascending', () => {
    const graph = graphFromRows(
      6,
      (i) =>
        (
          ({
            1: [[4, 1]],
            4: [
              [1, 1],
              [5, 1],
            ],
            5: [[4, 1]],
          }) as const
        )[i as 1] ?? [],
    );
    expect(connectedComponents(graph).map((members) => [...members])).toEqual([[1, 4, 5], [0], [2], [3]]);
  });
});

describe('tridiagonal eigenvectors', () => {
  it('satisfy T·v = λ·v and are orthonormal', () => {
    const random = new SeededRandom(3);
    const m = 40;
    const d = Array.from({ length: m }, () => random.normal());
    const e = Array.from({ length: m - 1 }, (_, i) => (i === 17 ? 0 : random.normal()));
    const { values, vectors } = tridiagonalEigenvectors(d, e);
    const entry = (i: number, j: number) => vectors[i * m + j] ?? 0;
    for (let j = 0; j < m; j++) {
      for (let i = 0; i < m; i++) {
        const product = d[i]! * entry(i, j) + (i > 0 ? e[i - 1]! * entry(i - 1, j) : 0) + (e[i] ?? 0) * entry(i + 1, j);
        expect(product).toBeCloseTo(values[j]! * entry(i, j), 10);
      }
      for (let k = 0; k <= j; k++) {
        let dot = 0;
        for (let i = 0; i < m; i++) dot += entry(i, j) * entry(i, k);
        expect(dot).toBeCloseTo(j === k ? 1 : 0, 10);
      }
    }
  });
});

describe('leading eigenvectors', () => {
  it('are those of a diagonal operator with a known first one', () => {
    const size = 200;
    const multiply = (x: Float64Array, out: Float64Array) => {
      for (let i = 0; i < size; i++) out[i] = x[i]! * (1 - i / size);
    };
    const known = new Float64Array(size);
    known[0] = 1;
    const found = leadingEigenvectors(multiply, known, 2, new SeededRandom(1));
    expect(Math.abs(found[0]![1]!)).toBeCloseTo(1, 4);
    expect(Math.abs(found[1]![2]!)).toBeCloseTo(1, 4);
  });
});

describe('the spectral layout', () => {
  it('puts a chain in order along its first axis', () => {
    // The two ends have half the degree of the others, by whose root entries of eigenvectors are scaled.
    const layout = spectralLayout(chain(30, false), new SeededRandom(1));
    const inner = Array.from({ length: 28 }, (_, i) => layout[2 * (i + 1)]!);
    const steps = inner.slice(1).map((x, i) => Math.sign(x - inner[i]!));
    expect(new Set(steps).size).toBe(1);
  });

  it('lays a ring out as a circle', () => {
    const size = 50;
    const layout = spectralLayout(chain(size, true), new SeededRandom(4));
    const turns = Array.from({ length: size }, (_, i) => {
      const angle = (k: number) => Math.atan2(layout[2 * k + 1]! - 5, layout[2 * k]! - 5);
      const turn = angle((i + 1) % size) - angle(i);
      return turn - 2 * Math.PI * Math.round(turn / (2 * Math.PI));
    });
    expect(Math.abs(turns.reduce((a, b) => a + b))).toBeCloseTo(2 * Math.PI, 6);
    expect(new Set(turns.map(Math.sign)).size).toBe(1);
  });

  it('gives components separate places', () => {
    const pair = (i: number) => [[i % 2 === 0 ? i + 1 : i - 1, 1] as const];
    const layout = spectralLayout(graphFromRows(12, pair), new SeededRandom(9));
    expect(layout.every((x) => x >= 0 && x <= 10)).toBe(true);
    const distance = (a: number, b: number) =>
      Math.hypot(layout[2 * a]! - layout[2 * b]!, layout[2 * a + 1]! - layout[2 * b + 1]!);
    for (let i = 0; i < 12; i++) for (let j = 0; j < i; j++) expect(distance(i, j)).toBeGreaterThan(0);
  });
});
