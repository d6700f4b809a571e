import { applyNode, conv, type Node, type Value, type Weights } from './plain-layers.js';

/**
 * A small network in plain float64 loops and its K-FAC factors, as docs/design.md section 5 defines them. Nothing is shared
 * with src/nn. Gradients with respect to layer outputs are central differences of the loss.
 */
export interface Factors {
  name: string;
  input: number[][];
  gradient: number[][];
}

/** The values of all nodes for one example; one of them may be replaced. */
export function evaluate(
  nodes: readonly Node[],
  weights: Weights,
  example: Value,
  replaced?: { name: string; data: number[] },
): Map<string, Value> {
  const values = new Map([['input', example]]);
  let previous = 'input';
  for (const node of nodes) {
    const from = (node.from ?? [previous]).map((name) => values.get(name)!);
    const value = applyNode(node, from, weights);
    values.set(node.name, node.name === replaced?.name ? { ...value, data: replaced.data } : value);
    previous = node.name;
  }
  return values;
}

/** Softmax cross-entropy of one example's logits, the last node's. */
export function crossEntropy(logits: number[], label: number): number {
  const largest = Math.max(...logits);
  return Math.log(logits.reduce((sum, v) => sum + Math.exp(v - largest), 0)) + largest - logits[label]!;
}

/** ∂L/∂(output of a node) for one example; L is the mean over `batch`, and only this example's share depends on it. */
export function outputGradient(
  nodes: readonly Node[],
  weights: Weights,
  { example, label, batch }: { example: Value; label: number; batch: number },
  name: string,
): Value {
  const { shape, data } = evaluate(nodes, weights, example).get(name)!;
  const last = nodes.at(-1)!.name;
  const loss = (changed: number[]) =>
    crossEntropy(evaluate(nodes, weights, example, { name, data: changed }).get(last)!.data, label) / batch;
  const h = 1e-5;
  return {
    shape,
    data: data.map((_, i) => {
      const at = (delta: number) => loss(data.map((v, j) => (i === j ? v + delta : v)));
      return (at(h) - at(-h)) / (2 * h);
    }),
  };
}

/** The input vectors that a layer's weights meet. */
function inputRows(node: Node, x: Value): number[][] {
  const channels = x.shape.at(-1)!;
  if (node.kind === 'conv') return conv.patches(x, node);
  if (node.kind === 'depthwise') {
    return conv
      .patches(x, node)
      .flatMap((patch) => Array.from({ length: channels }, (_, c) => patch.filter((_, i) => i % channels === c)));
  }
  return Array.from({ length: x.data.length / channels }, (_, i) => x.data.slice(i * channels, (i + 1) * channels));
}

/** The factors of every layer with weights that counts, in the order of the nodes. */
export function kfacFactors(
  nodes: readonly Node[],
  weights: Weights,
  examples: readonly Value[],
  labels: readonly number[],
): Factors[] {
  const batch = examples.length;
  return nodes.flatMap((node, index) => {
    if (node.kind !== 'conv' && node.kind !== 'depthwise' && node.kind !== 'dense') return [];
    let input: number[][] = [];
    let gradient: number[][] = [];
    let positions = 0;
    for (const [n, example] of examples.entries()) {
      const source = node.from?.[0] ?? (index === 0 ? 'input' : nodes[index - 1]!.name);
      const rows = inputRows(node, evaluate(nodes, weights, example).get(source)!);
      for (const row of rows) input = addOuter(input, node.bias ? [1, ...row] : row, 1 / batch);
      const g = outputGradient(nodes, weights, { example, label: labels[n]!, batch }, node.name);
      const units = g.shape.at(-1)!;
      positions = g.data.length / units;
      for (let p = 0; p < positions; p++) gradient = addOuter(gradient, g.data.slice(p * units, (p + 1) * units), 1);
    }
    const divided = gradient.map((row) => row.map((v) => v / (batch * positions)));
    return [{ name: node.name, input, gradient: divided }];
  });
}

function addOuter(matrix: number[][], v: number[], factor: number): number[][] {
  return v.map((a, i) => v.map((b, j) => (matrix[i]?.[j] ?? 0) + factor * a * b));
}
