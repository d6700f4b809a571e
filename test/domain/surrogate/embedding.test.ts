import { UMAP } from 'umap-js';
import { describe, expect, it } from 'vitest';
import { mean } from '../../../src/domain/averages.js';
import { SeededRandom } from '../../../src/domain/random/seeded-random.js';
import { embed } from '../../../src/domain/surrogate/embedding/embedding.js';
import { ForceLookup, forceTables } from '../../../src/domain/surrogate/embedding/force-table.js';
import { fuzzyGraph } from '../../../src/domain/surrogate/embedding/fuzzy-graph.js';
import { nearestNeighbours } from '../../../src/domain/surrogate/embedding/nearest-neighbours.js';
import { fitSimilarityCurve } from '../../../src/domain/surrogate/embedding/similarity-curve.js';
import { spectralLayout } from '../../../src/domain/surrogate/embedding/spectral-layout.js';
import { layoutEpochs, optimizeLayout } from '../../../src/domain/surrogate/embedding/umap-layout.js';
import { wasmEmbeddingKernels } from '../../../src/kernels/embedding-kernels.js';
import { euclidean, trustworthiness } from '../../support/trustworthiness.js';
import { umapGolden } from '../../support/umap-golden.js';

const golden = umapGolden();
const SEEDS = [1, 2, 3, 4, 5];

describe('the similarity curve', () => {
  it('has the a and b that umap-learn fits for min_dist 0.1 and spread 1', () => {
    const { a, b } = fitSimilarityCurve(0.1, 1);
    expect(a).toBeCloseTo(golden.a, 5);
    expect(b).toBeCloseTo(golden.b, 5);
  });
});

describe('the tables of forces', () => {
  it('agree with the formulas to 2e-4 over their range and go on as at its ends', () => {
    const { a, b } = fitSimilarityCurve(0.1, 1);
    const { pull, push } = forceTables({ a, b });
    const table = new ForceLookup();
    const exactPull = (s: number): number => (-2 * a * b * s ** (b - 1)) / (1 + a * s ** b);
    const exactPush = (s: number): number => (2 * b) / ((0.001 + s) * (1 + a * s ** b));
    for (let s = 2 ** -40; s < 2 ** 24; s *= 1.037) {
      expect(Math.abs(table.force(pull, s) / exactPull(s) - 1)).toBeLessThan(2e-4);
      expect(Math.abs(table.force(push, s) / exactPush(s) - 1)).toBeLessThan(2e-4);
    }
    for (const s of [0, 5e-324, 1e-30]) expect(table.force(push, s)).toBe(exactPush(2 ** -40));
    for (const s of [2 ** 24, 1e20, 1e300]) expect(table.force(pull, s)).toBe(exactPull(2 ** 24));
  });
});

describe('the embedding', () => {
  it('is as trustworthy as that of umap-learn, over 5 seeds', () => {
    const column = golden.quality.columns.indexOf('outputs_euclid_k15');
    const found = SEEDS.map((seed) => trustworthiness(golden.outputs, embed(golden, { seed }), 15, euclidean));
    expect(mean(found)).toBeGreaterThan(golden.quality.union.outputs_euclid_k15! - 0.01);
    expect(Math.min(...found)).toBeGreaterThan(golden.quality.union_8_seeds_mean[column]! - 0.02);
  });

  it('is about as trustworthy on one view as that of umap-js from the same neighbours', () => {
    const neighbours = nearestNeighbours(golden.outputs, 15, 'euclidean');
    const graph = fuzzyGraph(neighbours, { boundless: true });
    const ours = SEEDS.slice(0, 3).map((seed) => {
      const random = new SeededRandom(seed);
      const coordinates = spectralLayout(graph, random);
      optimizeLayout(coordinates, graph, random, { curve: fitSimilarityCurve(0.1, 1), epochs: layoutEpochs(120) });
      return trustworthiness(golden.outputs, Float32Array.from(coordinates), 15, euclidean);
    });
    const theirs = SEEDS.slice(0, 3).map((seed) => {
      const random = new SeededRandom(seed);
      const umap = new UMAP({ nNeighbors: 15, minDist: 0.1, nEpochs: 500, random: () => random.next() });
      const table = (values: ArrayLike<number>): number[][] =>
        Array.from({ length: 120 }, (_, i) => Array.from({ length: 15 }, (_, j) => values[15 * i + j]!));
      umap.setPrecomputedKNN(table(neighbours.index), table(neighbours.distance));
      return trustworthiness(
        golden.outputs,
        Float32Array.from(umap.fit(golden.outputs.map((vector) => [...vector])).flat()),
        15,
        euclidean,
      );
    });
    // Over 15 seeds: 0.903 (spectral start), 0.907 (random start), umap-js 0.911; standard deviation 0.005 each.
    expect(mean(ours)).toBeGreaterThan(mean(theirs) - 0.02);
  });

  it('depends on the seed and on nothing else', () => {
    const views = { outputs: golden.outputs.slice(0, 40), fisher: golden.fisher.slice(0, 40) };
    expect(embed(views, { seed: 7 })).toEqual(embed(views, { seed: 7 }));
    expect(embed(views, { seed: 7 })).not.toEqual(embed(views, { seed: 8 }));
  });

  it.each([0, 1, 2, 3, 4, 5, 14, 16])('works for %i functions', (n) => {
    const embedding = embed({ outputs: golden.outputs.slice(0, n), fisher: golden.fisher.slice(0, n) }, { seed: 1 });
    expect(embedding.length).toBe(2 * n);
    expect(embedding.every(Number.isFinite)).toBe(true);
  });

  it('stays finite with duplicates, with all functions equal, and with huge outputs', () => {
    const copies = (vectors: readonly Float32Array[]) => [...vectors.slice(0, 20), ...vectors.slice(0, 20)];
    const equal = (vector: Float32Array) => Array.from({ length: 25 }, () => vector);
    const huge = golden.outputs.slice(0, 25).map((vector, i) => (i % 2 === 0 ? vector : vector.map((x) => x * 3e35)));
    for (const views of [
      { outputs: copies(golden.outputs), fisher: copies(golden.fisher) },
      { outputs: equal(golden.outputs[0]!), fisher: equal(golden.fisher[0]!) },
      { outputs: huge, fisher: golden.fisher.slice(0, 25) },
    ]) {
      const embedding = embed(views, { seed: 3 });
      expect(embedding.every(Number.isFinite)).toBe(true);
    }
  });

  it('keeps groups that no edge joins apart, each together', () => {
    const random = new SeededRandom(11);
    const group = Array.from({ length: 90 }, (_, i) => i % 3);
    const vectors = group.map((g) => Float32Array.from({ length: 5 }, () => 1000 * g + random.normal()));
    const embedding = embed({ outputs: vectors, fisher: vectors }, { seed: 2 });
    const nearest = nearestNeighbours(
      group.map((_, i) => embedding.slice(2 * i, 2 * i + 2)),
      6,
      'euclidean',
    );
    for (const [i, g] of group.entries()) {
      for (const j of nearest.index.subarray(6 * i, 6 * i + 6)) expect(group[j]).toBe(g);
    }
  });

  it('reports progress from 0 to 1, never backwards', () => {
    const shares: number[] = [];
    embed(
      { outputs: golden.outputs.slice(0, 20), fisher: golden.fisher.slice(0, 20) },
      { seed: 1, onProgress: (share) => shares.push(share) },
    );
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
  });

  it('refuses views of different lengths', () => {
    expect(() => embed({ outputs: golden.outputs, fisher: [] }, { seed: 1 })).toThrow(/120 functions .* 0 with Fisher/);
  });

  it('takes 500 epochs up to 10,000 points and 200 above', () => {
    expect([layoutEpochs(10_000), layoutEpochs(10_001)]).toEqual([500, 200]);
  });
});

describe('the kernels of an embedding', () => {
  it('give the same bits as plain TypeScript, Fisher features stored as uint16 or not there', () => {
    const fisher = golden.fisher.map((vector) => Uint16Array.from(vector, (x) => Math.max(0, Math.min(65_535, 9 * x))));
    for (const views of [{ outputs: golden.outputs, fisher }, golden, { outputs: golden.outputs }]) {
      const plain = embed(views, { seed: 5 });
      expect(embed(views, { seed: 5, kernels: wasmEmbeddingKernels })).toEqual(plain);
      expect(plain.every(Number.isFinite)).toBe(true);
    }
  });
});
