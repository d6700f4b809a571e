/**
 * Trustworthiness of an embedding (Venna & Kaski 2001), as scikit-learn defines it: 1 if the k nearest neighbours of
 * every point in the plane are among its k nearest in the data, about 0.5 for a random embedding.
 *
 * T = 1 - 2/(n·k·(2n - 3k - 1)) · Σᵢ Σⱼ max(0, rank(i, j) - k), j over the k nearest in the plane, rank in the data.
 */
export function trustworthiness(
  data: readonly Float32Array[],
  embedding: Float32Array,
  k: number,
  distance: (a: Float32Array, b: Float32Array) => number,
): number {
  const n = data.length;
  let penalty = 0;
  for (let i = 0; i < n; i++) {
    const order = byDistance(n, i, (j) => distance(data[i]!, data[j]!));
    const rank = new Int32Array(n);
    for (const [r, j] of order.entries()) rank[j] = r + 1;
    const inPlane = byDistance(n, i, (j) =>
      Math.hypot(embedding[2 * i]! - embedding[2 * j]!, embedding[2 * i + 1]! - embedding[2 * j + 1]!),
    );
    for (const j of inPlane.slice(0, k)) penalty += Math.max(0, rank[j]! - k);
  }
  return 1 - (2 / (n * k * (2 * n - 3 * k - 1))) * penalty;
}

function byDistance(n: number, self: number, distance: (j: number) => number): number[] {
  return Array.from({ length: n }, (_, j) => ({ j, d: distance(j) }))
    .filter(({ j }) => j !== self)
    .sort((a, b) => a.d - b.d)
    .map(({ j }) => j);
}

export const euclidean = (a: Float32Array, b: Float32Array): number =>
  Math.sqrt(a.reduce((sum, x, k) => sum + (x - b[k]!) ** 2, 0));

export const manhattan = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, x, k) => sum + Math.abs(x - b[k]!), 0);
