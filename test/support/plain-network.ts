import { applyNode, conv, type Node, rowsOf, type Value, type Weights } from './plain-layers.js';

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

/** The input vectors that a layer's weights meet; `compat`: those that the original program takes for them. */
function inputRows(node: Counted, x: Value, compat: boolean): number[][] {
  if (node.kind === 'dense') return compat ? [x.data] : rowsOf(x);
  const original = compat && node.padding === 'same';
  const seen = conv.patches(original ? originallyPadded(x, node) : x, original ? { ...node, padding: 'valid' } : node);
  if (node.kind === 'conv') return seen;
  const channels = x.shape.at(-1)!;
  return seen.flatMap((patch) =>
    Array.from({ length: channels }, (_, c) => patch.filter((_, i) => i % channels === c)),
  );
}

/** With ⌊(k - 1)/2⌋ zeros before, and behind as many as the last window needs. */
function originallyPadded(x: Value, { k, stride }: { k: number; stride: number }): Value {
  const [height, width, channels] = x.shape as [number, number, number];
  const before = Math.floor((k - 1) / 2);
  const [down, across] = [height, width].map((size) => (Math.ceil(size / stride) - 1) * stride + k) as [number, number];
  const data: number[] = [];
  for (let i = -before; i < down - before; i++) {
    for (let j = -before; j < across - before; j++) {
      const inside = i >= 0 && i < height && j >= 0 && j < width;
      for (let c = 0; c < channels; c++) data.push(inside ? x.data[(i * width + j) * channels + c]! : 0);
    }
  }
  return { shape: [down, across, channels], data };
}

type Counted = Extract<Node, { kind: 'conv' | 'depthwise' | 'dense' }>;
const isCounted = (node: Node): node is Counted => ['conv', 'depthwise', 'dense'].includes(node.kind);

/** The factors of every layer with weights that counts, in the order of the nodes. */
export function kfacFactors(
  nodes: readonly Node[],
  weights: Weights,
  examples: readonly Value[],
  labels: readonly number[],
  compat = false,
): Factors[] {
  const batch = examples.length;
  return nodes.flatMap((node, index) => {
    if (!isCounted(node)) return [];
    let input: number[][] = [];
    let gradient: number[][] = [];
    let divisors = { input: batch, gradient: 1 };
    for (const [n, example] of examples.entries()) {
      const source = node.from?.[0] ?? (index === 0 ? 'input' : nodes[index - 1]!.name);
      const rows = inputRows(node, evaluate(nodes, weights, example).get(source)!, compat);
      for (const row of rows) input = addOuter(input, node.bias ? [1, ...row] : row);
      const g = outputGradient(nodes, weights, { example, label: labels[n]!, batch }, node.name);
      const collapsed = compat && node.kind === 'dense';
      const gradients = collapsed ? [g.data] : rowsOf(g);
      for (const row of gradients) gradient = addOuter(gradient, row);
      divisors = { input: batch, gradient: batch * gradients.length };
      if (collapsed) divisors = { input: input.length, gradient: input.length };
      if (compat && node.kind === 'depthwise') divisors.gradient *= g.shape.at(-1)!;
    }
    const divided = (matrix: number[][], by: number) => matrix.map((row) => row.map((v) => v / by));
    return [{ name: node.name, input: divided(input, divisors.input), gradient: divided(gradient, divisors.gradient) }];
  });
}

function addOuter(matrix: number[][], v: number[]): number[][] {
  return v.map((a, i) => v.map((b, j) => (matrix[i]?.[j] ?? 0) + a * b));
}
