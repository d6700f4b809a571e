/** Histograms of natural logs between -100 and 100, cumulated, with NumPy's rules. */

/** The range that the histograms cover. */
const LOWEST = -100;
const HIGHEST = 100;

/**
 * Cumulative share of `logs` in the bins between `linspace(-100, 100, edges)`: a bin holds its lower edge but not its
 * upper one, except the last bin, which holds both.
 *
 * @param edges At least 2.
 * @returns edges - 1 values, or undefined when no log is in range.
 */
export function cumulativeHistogram(logs: Iterable<number>, edges: number): Float64Array | undefined {
  const count = new BinCounter(edges);
  for (const log of logs) count.add(log);
  return count.shares();
}

/**
 * `cumulativeHistogram` of all sums a + b. A block of a million weights has as many: they are not held, and where there
 * are few edges beside them, sums below each edge are counted by walking along both lists, not one by one.
 */
export function pairHistogram(a: Float64Array, b: Float64Array, edges: number): Float64Array | undefined {
  const walk = a.length * b.length > 2 * edges * (a.length + b.length);
  if (walk) return walkedHistogram(a.slice().sort(), b.slice().sort(), edges);
  const count = new BinCounter(edges);
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) count.add(a[i]! + b[j]!);
  }
  return count.shares();
}

/** Of ascending lists. */
function walkedHistogram(a: Float64Array, b: Float64Array, edges: number): Float64Array | undefined {
  const edge = logEdges(edges);
  // The rounded sum is monotone in both, so that those below an edge are a staircase.
  const below = (isBelow: (sum: number) => boolean) => {
    let pairs = 0;
    let j = b.length;
    for (let i = 0; i < a.length; i++) {
      while (j > 0 && !isBelow(a[i]! + b[j - 1]!)) j--;
      pairs += j;
    }
    return pairs;
  };
  const outside = below((sum) => sum < LOWEST);
  const counts = new Float64Array(edges - 1);
  for (let bin = 0; bin < edges - 2; bin++) counts[bin] = below((sum) => sum < edge[bin + 1]!) - outside;
  counts[edges - 2] = below((sum) => sum <= HIGHEST) - outside;
  return shares(counts);
}

class BinCounter {
  readonly #counts: Float64Array;
  readonly #edge: Float64Array;
  readonly #step: number;

  constructor(edges: number) {
    this.#counts = new Float64Array(edges - 1);
    this.#edge = logEdges(edges);
    this.#step = (HIGHEST - LOWEST) / (edges - 1);
  }

  add(log: number): void {
    if (!(log >= LOWEST && log <= HIGHEST)) return;
    const edge = this.#edge;
    const last = edge.length - 2;
    let bin = Math.min(last, Math.floor((log - LOWEST) / this.#step));
    // The division rounds: only the edges themselves decide.
    while (log < edge[bin]!) bin--;
    while (bin < last && log >= edge[bin + 1]!) bin++;
    this.#counts[bin] = this.#counts[bin]! + 1;
  }

  shares(): Float64Array | undefined {
    const counts = this.#counts;
    for (let i = 1; i < counts.length; i++) counts[i] = counts[i]! + counts[i - 1]!;
    return shares(counts);
  }
}

function shares(cumulated: Float64Array): Float64Array | undefined {
  const total = cumulated[cumulated.length - 1]!;
  return total === 0 ? undefined : cumulated.map((count) => count / total);
}

/** NumPy's linspace(-100, 100, edges). */
function logEdges(edges: number): Float64Array {
  const step = (HIGHEST - LOWEST) / (edges - 1);
  const edge = Float64Array.from({ length: edges }, (_, i) => i * step + LOWEST);
  edge[edges - 1] = HIGHEST;
  return edge;
}
