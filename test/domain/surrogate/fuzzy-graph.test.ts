import { UMAP } from 'umap-js';
import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../src/domain/random/seeded-random.js';
import { fuzzyGraph, localMetric } from '../../../src/domain/surrogate/embedding/fuzzy-graph.js';
import { graphUnion } from '../../../src/domain/surrogate/embedding/graph-union.js';
import { nearestNeighbours } from '../../../src/domain/surrogate/embedding/nearest-neighbours.js';
import type { SparseGraph } from '../../../src/domain/surrogate/embedding/sparse-graph.js';
import { type GoldenGraph, umapGolden } from '../../support/umap-golden.js';

const golden = umapGolden();
const outputs = nearestNeighbours(golden.outputs, 15, 'euclidean');
const fisher = nearestNeighbours(golden.fisher, 3, 'manhattan');
/** Weights below 1/500 were set to 0 in the stored graphs by the layout that followed. */
const WEAK = 1 / 500;

function edgesOf(graph: SparseGraph): { row: number; col: number; value: number }[] {
  return Array.from({ length: graph.size }, (_, row) =>
    Array.from({ length: graph.rowStart[row + 1]! - graph.rowStart[row]! }, (_, k) => {
      const edge = graph.rowStart[row]! + k;
      return { row, col: graph.column[edge]!, value: graph.weight[edge]! };
    }),
  ).flat();
}

function expectSameGraph(graph: SparseGraph, expected: GoldenGraph): void {
  const edges = edgesOf(graph);
  expect(edges.map(({ row, col }) => `${row},${col}`)).toEqual(
    expected.row.map((row, k) => `${row},${expected.col[k]}`),
  );
  for (const [k, { value }] of edges.entries()) {
    if (expected.value[k] === 0) expect(value).toBeLessThan(WEAK);
    else expect(Math.abs(value / expected.value[k]! - 1)).toBeLessThan(1e-5);
  }
}

describe('the fuzzy graph of a view', () => {
  it.each([
    ['outputs', outputs, golden.sigma_rho_outputs],
    ['Fisher features', fisher, golden.sigma_rho_eigs],
  ])('has the sigma and rho of umap-learn for the %s', (_, neighbours, expected) => {
    const { sigma, rho } = localMetric(neighbours);
    for (let i = 0; i < sigma.length; i++) {
      expect(Math.abs(rho[i]! / expected.rho[i]! - 1)).toBeLessThan(1e-5);
      if (expected.sigma[i] === 'inf') expect(sigma[i]).toBe(Number.POSITIVE_INFINITY);
      else expect(Math.abs(sigma[i]! / Number(expected.sigma[i]) - 1)).toBeLessThan(1e-5);
    }
  });

  it('equals that of umap-learn, edge by edge', () => {
    expectSameGraph(fuzzyGraph(outputs), golden.graph_outputs);
    expectSameGraph(fuzzyGraph(fisher), golden.graph_eigs);
  });

  it('equals that of umap-js from the same neighbours where sigma may exceed 1', () => {
    const umap = new UMAP({ nNeighbors: 15, random: () => 0.5 });
    const table = <T extends number>(values: ArrayLike<T>): T[][] =>
      Array.from({ length: 120 }, (_, i) => Array.from({ length: 15 }, (_, j) => values[15 * i + j]!));
    umap.setPrecomputedKNN(table(outputs.index), table(outputs.distance));
    umap.initializeFit(golden.outputs.map((vector) => [...vector]));
    const rival = Reflect.get(umap, 'graph') as { get(row: number, col: number): number };

    const ours = edgesOf(fuzzyGraph(outputs, { boundless: true }));
    expect(ours.length).toBeGreaterThan(2000);
    for (const { row, col, value } of ours) expect(value).toBeCloseTo(rival.get(row, col), 4);
  });

  it('joins duplicates, which are at distance 0, with weight 1 and stays finite', () => {
    const vectors = [0, 0, 0, 1, 5].map((x) => Float32Array.of(x, 1));
    const graph = fuzzyGraph(nearestNeighbours(vectors, 3, 'manhattan'));
    const weight = (row: number, col: number) => edgesOf(graph).find((e) => e.row === row && e.col === col)?.value;
    expect(weight(0, 1)).toBe(1);
    expect(weight(1, 2)).toBe(1);
    expect(graph.weight.every((w) => w > 0 && w <= 1)).toBe(true);
  });

  it('is symmetric, without loops, with weights above 0 and up to 1', () => {
    const random = new SeededRandom(5);
    const vectors = Array.from({ length: 60 }, () => Float32Array.from({ length: 4 }, () => random.normal()));
    const edges = edgesOf(fuzzyGraph(nearestNeighbours(vectors, 7, 'euclidean')));
    const weights = new Map(edges.map(({ row, col, value }) => [`${row},${col}`, value]));
    for (const { row, col, value } of edges) {
      expect(row).not.toBe(col);
      expect(weights.get(`${col},${row}`)).toBe(value);
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThanOrEqual(1);
    }
  });
});

describe('the union of two graphs', () => {
  it('equals that of umap-learn, edge by edge', () => {
    expectSameGraph(graphUnion(fuzzyGraph(outputs), fuzzyGraph(fisher), { epochs: 500 }), golden.graph_union);
  });

  it('refuses graphs over different numbers of points', () => {
    const small = fuzzyGraph(nearestNeighbours(golden.outputs.slice(0, 5), 3, 'euclidean'));
    expect(() => graphUnion(small, fuzzyGraph(fisher), { epochs: 500 })).toThrow(/5 and 120 points/);
  });
});
