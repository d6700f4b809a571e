import type { Point, Regressor } from './regressor.js';

/** Neighbours of the original program and the paper (arXiv 2301.05785). */
const DEFAULT_NEIGHBOURS = 3;

/**
 * The mean target of the k nearest points, uniform weights, Euclidean distance. Among equally near points the first
 * given counts, as in scikit-learn's brute-force search; the sum runs in the order given, so that two points with the
 * same neighbours get the same prediction to the last bit, which ties depend on.
 */
export class KNearestNeighbours implements Regressor {
  readonly minimumSamples: number;
  private points: readonly Point[] = [];
  private targets: readonly number[] = [];

  /** @param neighbours k, at least 1; default 3. */
  constructor(neighbours = DEFAULT_NEIGHBOURS) {
    if (!Number.isInteger(neighbours) || neighbours < 1) {
      throw new RangeError(`the number of neighbours must be a whole number of at least 1, not ${neighbours}`);
    }
    this.minimumSamples = neighbours;
  }

  /** @throws RangeError with fewer than k points, or not as many targets as points. */
  fit(points: readonly Point[], targets: readonly number[]): void {
    if (points.length !== targets.length) {
      throw new RangeError(`${points.length} points but ${targets.length} targets`);
    }
    if (points.length < this.minimumSamples) {
      throw new RangeError(`${this.minimumSamples} nearest neighbours need as many points, not ${points.length}`);
    }
    this.points = points;
    this.targets = targets;
  }

  predict(points: readonly Point[]): number[] {
    return points.map((point) => {
      const nearest = this.nearest(point).sort((a, b) => a - b);
      return nearest.reduce((sum, i) => sum + this.targets[i]!, 0) / nearest.length;
    });
  }

  /** Indices of the k nearest fitted points, nearest first. */
  private nearest([x, y]: Point): number[] {
    const indices: number[] = [];
    const distances: number[] = [];
    for (const [i, [u, v]] of this.points.entries()) {
      const distance = (x - u) ** 2 + (y - v) ** 2;
      if (indices.length === this.minimumSamples && distance >= distances.at(-1)!) continue;
      let slot = distances.length;
      while (slot > 0 && distances[slot - 1]! > distance) slot--;
      indices.splice(slot, 0, i);
      distances.splice(slot, 0, distance);
      indices.length = distances.length = Math.min(indices.length, this.minimumSamples);
    }
    return indices;
  }
}
