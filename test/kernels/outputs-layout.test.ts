import { describe, expect, it } from 'vitest';
import { outputFeatures } from '../../src/domain/features/output-features.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { layoutGraph, neighbourGraph } from '../../src/domain/surrogate/embedding/embedding.js';
import { nearestNeighbours } from '../../src/domain/surrogate/embedding/nearest-neighbours.js';
import { outputsLayout } from '../../src/kernels/outputs-layout.js';
import { euclidean, trustworthiness } from '../support/trustworthiness.js';

const NAMES = ['relu', 'tanh', 'sigmoid', 'arcsinh', 'softplus', 'elu', 'erf', 'abs', 'arctan', 'selu', 'exp'];
const outputs = NAMES.flatMap((a) => NAMES.map((b) => outputFeatures(`add(${a}(x),mul(${b}(x),x))`)));
const neighboursOf = (count: number) => nearestNeighbours(outputs.slice(0, count), Math.min(15, count), 'euclidean');

describe('the plane of outputs alone', () => {
  it('depends on neighbours and seed, and on no other randomness', () => {
    const neighbours = neighboursOf(60);
    const layout = (seed: number) => outputsLayout(neighbours, new SeededRandom(seed));
    expect(layout(7)).toEqual(layout(7));
    expect(layout(7)).not.toEqual(layout(8));
  });

  it.each([1, 2, 3, 14, 15, 16, 17, 30])('has a place for each of %i functions', (count) => {
    const points = outputsLayout(neighboursOf(count), new SeededRandom(1));
    expect(points).toHaveLength(2 * count);
    expect(points.every(Number.isFinite)).toBe(true);
  });

  it('is as trustworthy as our own', () => {
    const neighbours = neighboursOf(outputs.length);
    const trust = (points: Float32Array) => trustworthiness(outputs, points, 15, euclidean);
    const ours = trust(layoutGraph(neighbourGraph({ outputs: neighbours }), new SeededRandom(1)));
    expect(trust(outputsLayout(neighbours, new SeededRandom(1)))).toBeGreaterThan(ours - 0.03);
  });
});
