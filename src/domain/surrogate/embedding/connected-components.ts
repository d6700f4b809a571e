import type { SparseGraph } from './sparse-graph.js';

/** The vertices of each connected component of a symmetric graph, ascending; the largest component first. */
export function connectedComponents(graph: SparseGraph): Int32Array[] {
  const seen = new Uint8Array(graph.size);
  const components: Int32Array[] = [];
  for (let start = 0; start < graph.size; start++) {
    if (seen[start]) continue;
    seen[start] = 1;
    const members = [start];
    // Grows while it is walked: breadth first.
    for (const vertex of members) {
      for (let edge = graph.rowStart[vertex]!; edge < graph.rowStart[vertex + 1]!; edge++) {
        const next = graph.column[edge]!;
        if (seen[next]) continue;
        seen[next] = 1;
        members.push(next);
      }
    }
    components.push(Int32Array.from(members).sort());
  }
  return components.sort((a, b) => b.length - a.length || a[0]! - b[0]!);
}
