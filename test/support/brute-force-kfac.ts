/**
 * K-FAC factors of a small network in plain float64 loops, as DESIGN.md section 5 defines them: nothing is shared with
 * src/nn. Gradients with respect to layer outputs are central differences of the loss.
 */
export type Spec =
  | { kind: 'conv'; name: string; filters: number; k: number; stride: number; padding: 'same' | 'valid'; bias: boolean }
  | { kind: 'dense'; name: string; units: number; bias: boolean }
  | { kind: 'tanh' }
  | { kind: 'flatten' };

/** One example's values with its shape, row-major. */
interface Value {
  shape: number[];
  data: number[];
}
export type Weights = Record<string, { kernel: number[]; bias: number[] | undefined }>;
export interface Factors {
  name: string;
  input: number[][];
  gradient: number[][];
}

const product = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

/** For each output position of a convolution, the input vector it multiplies: kernel row, kernel column, channel. */
function convolutionInputs(x: Value, spec: Extract<Spec, { kind: 'conv' }>): { rows: number[][]; size: number[] } {
  const [height, width, channels] = x.shape as [number, number, number];
  const along = (size: number) => {
    if (spec.padding === 'valid') return { count: Math.floor((size - spec.k) / spec.stride) + 1, before: 0 };
    const count = Math.ceil(size / spec.stride);
    return { count, before: Math.floor(Math.max(0, (count - 1) * spec.stride + spec.k - size) / 2) };
  };
  const down = along(height);
  const across = along(width);
  const rows: number[][] = [];
  for (let i = 0; i < down.count; i++) {
    for (let j = 0; j < across.count; j++) {
      const row: number[] = [];
      for (let a = 0; a < spec.k; a++) {
        for (let b = 0; b < spec.k; b++) {
          const y = i * spec.stride - down.before + a;
          const z = j * spec.stride - across.before + b;
          const inside = y >= 0 && y < height && z >= 0 && z < width;
          for (let c = 0; c < channels; c++) row.push(inside ? x.data[(y * width + z) * channels + c]! : 0);
        }
      }
      rows.push(row);
    }
  }
  return { rows, size: [down.count, across.count] };
}

function layerInputs(spec: Spec, x: Value): { rows: number[][]; leading: number[]; units: number } | undefined {
  if (spec.kind === 'conv') {
    const { rows, size } = convolutionInputs(x, spec);
    return { rows, leading: size, units: spec.filters };
  }
  if (spec.kind !== 'dense') return undefined;
  const columns = x.shape.at(-1)!;
  const rows = Array.from({ length: x.data.length / columns }, (_, i) => x.data.slice(i * columns, (i + 1) * columns));
  return { rows, leading: x.shape.slice(0, -1), units: spec.units };
}

function apply(spec: Spec, x: Value, weights: Weights): Value {
  if (spec.kind === 'tanh') return { shape: x.shape, data: x.data.map(Math.tanh) };
  if (spec.kind === 'flatten') return { shape: [x.data.length], data: x.data };
  const { rows, leading, units } = layerInputs(spec, x)!;
  const { kernel, bias } = weights[spec.name]!;
  const data = rows.flatMap((row) =>
    Array.from({ length: units }, (_, u) =>
      row.reduce((sum, v, i) => sum + v * kernel[i * units + u]!, bias?.[u] ?? 0),
    ),
  );
  return { shape: [...leading, units], data };
}

/** Softmax cross-entropy of one example. */
function crossEntropy(logits: number[], label: number): number {
  const largest = Math.max(...logits);
  return Math.log(logits.reduce((sum, v) => sum + Math.exp(v - largest), 0)) + largest - logits[label]!;
}

export function bruteForceFactors(
  specs: Spec[],
  weights: Weights,
  inputs: number[][],
  inputShape: number[],
  labels: number[],
): Factors[] {
  const n = inputs.length;
  const factors: Factors[] = [];
  for (const [index, spec] of specs.entries()) {
    if (spec.kind !== 'conv' && spec.kind !== 'dense') continue;
    let input: number[][] = [];
    let gradient: number[][] = [];
    let positions = 0;
    for (let example = 0; example < n; example++) {
      let x: Value = { shape: inputShape, data: inputs[example]! };
      for (const before of specs.slice(0, index)) x = apply(before, x, weights);
      const { rows, units } = layerInputs(spec, x)!;
      positions = rows.length;
      for (const row of rows) input = addOuter(input, spec.bias ? [1, ...row] : row, 1 / n);
      const out = apply(spec, x, weights);
      // L is the mean over the batch, and only this example's share depends on its output.
      const loss = (data: number[]) => {
        let y: Value = { shape: out.shape, data };
        for (const after of specs.slice(index + 1)) y = apply(after, y, weights);
        return crossEntropy(y.data, labels[example]!) / n;
      };
      const h = 1e-5;
      const g = out.data.map((_, i) => {
        const at = (delta: number) => loss(out.data.map((v, j) => (i === j ? v + delta : v)));
        return (at(h) - at(-h)) / (2 * h);
      });
      for (let p = 0; p < product(out.shape) / units; p++) {
        gradient = addOuter(gradient, g.slice(p * units, (p + 1) * units), 1);
      }
    }
    factors.push({ name: spec.name, input, gradient: gradient.map((row) => row.map((v) => v / (n * positions))) });
  }
  return factors;
}

function addOuter(matrix: number[][], v: number[], factor: number): number[][] {
  return v.map((a, i) => v.map((b, j) => (matrix[i]?.[j] ?? 0) + factor * a * b));
}

/** Eigenvalues of a symmetric matrix, ascending, by cyclic Jacobi rotations. */
export function jacobiEigenvalues(matrix: number[][]): number[] {
  const a = matrix.map((row) => [...row]);
  const n = a.length;
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        if (a[p]![q] === 0) continue;
        const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[k]![p]!, a[k]![q]!];
          a[k]![p] = c * x - s * y;
          a[k]![q] = s * x + c * y;
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[p]![k]!, a[q]![k]!];
          a[p]![k] = c * x - s * y;
          a[q]![k] = s * x + c * y;
        }
      }
    }
  }
  return a.map((row, i) => row[i]!).sort((x, y) => x - y);
}
