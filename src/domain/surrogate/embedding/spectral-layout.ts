/**
 * Where UMAP's layout starts: each point at its entries of the eigenvectors of the graph's normalised Laplacian
 * I - D^(-1/2)·W·D^(-1/2) with the smallest non-zero eigenvalues (arXiv 1802.03426, algorithm 4; Belkin & Niyogi 2003).
 *
 * Departures from umap-learn:
 * - Connected components are placed on a spiral, the largest in the middle; umap-learn places more than 4 of them by
 *   another spectral embedding of their centroids in the data, which are not at hand where two views are united.
 * - Components of up to 3 points are scattered at random within their place; umap-learn does that up to 4 points.
 * - The eigenvectors are found to a residual of 1e-5 by a seeded Lanczos iteration (scipy's ARPACK there).
 */
import type { SeededRandom } from '../../random/seeded-random.js';
import { connectedComponents } from './connected-components.js';
import { leadingEigenvectors } from './lanczos.js';
import type { SparseGraph } from './sparse-graph.js';

const DIMENSIONS = 2;
/** Half the width of the start. */
const EXTENT = 10;
/** Standard deviation of the noise that moves coincident points apart. */
const NOISE = 1e-4;
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

/** n×2 start coordinates, row-major, within [0, 10] in each dimension. Always finite. */
export function spectralLayout(graph: SparseGraph, random: SeededRandom): Float64Array {
  const components = connectedComponents(graph);
  const centres = componentCentres(components.length);
  const reach = components.length === 1 ? 1 : smallestDistance(centres) / 2;
  const layout = new Float64Array(graph.size * DIMENSIONS);
  for (const [c, members] of components.entries()) {
    const own = componentLayout(graph, members, random);
    for (const [k, vertex] of members.entries()) {
      for (let axis = 0; axis < DIMENSIONS; axis++) {
        layout[vertex * DIMENSIONS + axis] = centres[c]![axis]! + reach * own[k * DIMENSIONS + axis]!;
      }
    }
  }
  return spread(layout, random);
}

/** Coordinates of one component's members, the largest magnitude 1. */
function componentLayout(graph: SparseGraph, members: Int32Array, random: SeededRandom): Float64Array {
  const size = members.length;
  const layout = new Float64Array(size * DIMENSIONS);
  if (size <= DIMENSIONS + 1) return layout.map(() => 2 * random.next() - 1);

  const { multiply, trivial } = normalizedAdjacency(graph, members);
  const vectors = leadingEigenvectors(multiply, trivial, DIMENSIONS, random);
  for (const [axis, vector] of vectors.entries()) {
    for (let k = 0; k < size; k++) layout[k * DIMENSIONS + axis] = vector[k]!;
  }
  const largest = layout.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  return layout.map((x) => x / largest);
}

/**
 * D^(-1/2)·W·D^(-1/2) of one component, whose largest eigenvalues belong to the Laplacian's smallest, and its
 * eigenvector of eigenvalue 1, √degree, that tells nothing.
 */
function normalizedAdjacency(graph: SparseGraph, members: Int32Array) {
  const local = new Int32Array(graph.size);
  for (const [k, vertex] of members.entries()) local[vertex] = k;
  const degree = Float64Array.from(members, (vertex) => {
    let sum = 0;
    for (let edge = graph.rowStart[vertex]!; edge < graph.rowStart[vertex + 1]!; edge++) sum += graph.weight[edge]!;
    return sum;
  });
  const inverseRoot = degree.map((d) => 1 / Math.sqrt(d));
  const multiply = (x: Float64Array, out: Float64Array): void => {
    for (const [k, vertex] of members.entries()) {
      let sum = 0;
      for (let edge = graph.rowStart[vertex]!; edge < graph.rowStart[vertex + 1]!; edge++) {
        const other = local[graph.column[edge]!]!;
        sum += graph.weight[edge]! * inverseRoot[other]! * x[other]!;
      }
      out[k] = sum * inverseRoot[k]!;
    }
  };
  const total = Math.sqrt(degree.reduce((a, b) => a + b, 0));
  return { multiply, trivial: degree.map((d) => Math.sqrt(d) / total) };
}

/** Vogel's spiral: points of equal density, the first in the middle. */
function componentCentres(count: number): [number, number][] {
  return Array.from({ length: count }, (_, c) => {
    const radius = Math.sqrt(c);
    return [radius * Math.cos(c * GOLDEN_ANGLE), radius * Math.sin(c * GOLDEN_ANGLE)];
  });
}

/** On Vogel's spiral neighbours in the plane are Fibonacci numbers apart, so the first few tell the least distance. */
function smallestDistance(centres: readonly [number, number][]): number {
  const few = centres.slice(0, 64);
  let least = Number.POSITIVE_INFINITY;
  for (const [i, [x, y]] of few.entries()) {
    for (const [u, v] of few.slice(i + 1)) least = Math.min(least, Math.hypot(x - u, y - v));
  }
  return least;
}

/** Scales to ±10, adds noise, and stretches each dimension to [0, 10], as umap-learn does before its layout. */
function spread(layout: Float64Array, random: SeededRandom): Float64Array {
  const largest = layout.reduce((max, x) => Math.max(max, Math.abs(x)), 0) || 1;
  for (let i = 0; i < layout.length; i++) layout[i] = (layout[i]! / largest) * EXTENT + NOISE * random.normal();
  for (let axis = 0; axis < DIMENSIONS; axis++) {
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let i = axis; i < layout.length; i += DIMENSIONS) {
      low = Math.min(low, layout[i]!);
      high = Math.max(high, layout[i]!);
    }
    const range = high - low || 1;
    for (let i = axis; i < layout.length; i += DIMENSIONS) layout[i] = (EXTENT * (layout[i]! - low)) / range;
  }
  return layout;
}
