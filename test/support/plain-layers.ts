/** Layers in plain float64 loops, one example at a time. */
export interface Value {
  shape: number[];
  /** Row-major. */
  data: number[];
}
export type Weights = Record<string, number[][]>;

interface Convolution {
  k: number;
  stride: number;
  padding: 'same' | 'valid';
  bias: boolean;
}
export type Node = { name: string; from?: string[] } & (
  | ({ kind: 'conv'; filters: number } & Convolution)
  | ({ kind: 'depthwise' } & Convolution)
  | { kind: 'dense'; units: number; bias: boolean }
  | { kind: 'batchNorm' | 'layerNorm' }
  | { kind: 'tanh' | 'flatten' | 'dropout' | 'add' | 'concat' | 'globalAverage' }
  | { kind: 'maxPool' | 'averagePool'; size: number }
  /** softmax(q kᵀ) v of [tokens, channels] */
  | { kind: 'attention' }
);

const product = (shape: number[]) => shape.reduce((a, b) => a * b, 1);

/** For each output position of a convolution, the input vector it meets: kernel row, kernel column, channel. */
function patches(x: Value, { k, stride, padding }: Convolution): number[][] {
  const [height, width, channels] = x.shape as [number, number, number];
  const [down, across] = [along(height, k, stride, padding), along(width, k, stride, padding)];
  const rows: number[][] = [];
  for (let i = 0; i < down.count; i++) {
    for (let j = 0; j < across.count; j++) {
      const row: number[] = [];
      for (let a = 0; a < k; a++) {
        for (let b = 0; b < k; b++) {
          const y = i * stride - down.before + a;
          const z = j * stride - across.before + b;
          const inside = y >= 0 && y < height && z >= 0 && z < width;
          for (let c = 0; c < channels; c++) row.push(inside ? x.data[(y * width + z) * channels + c]! : 0);
        }
      }
      rows.push(row);
    }
  }
  return rows;
}

function along(size: number, k: number, stride: number, padding: 'same' | 'valid') {
  if (padding === 'valid') return { count: Math.floor((size - k) / stride) + 1, before: 0 };
  const count = Math.ceil(size / stride);
  return { count, before: Math.floor(Math.max(0, (count - 1) * stride + k - size) / 2) };
}

const outputSize = ([height, width]: number[], { k, stride, padding }: Convolution) => [
  along(height!, k, stride, padding).count,
  along(width!, k, stride, padding).count,
];

export const conv = { patches };

/** rows × kernel [columns, units] + bias */
function affine(rows: number[][], kernel: number[], bias: number[] | undefined, units: number): number[] {
  return rows.flatMap((row) =>
    Array.from({ length: units }, (_, u) =>
      row.reduce((sum, v, i) => sum + v * kernel[i * units + u]!, bias?.[u] ?? 0),
    ),
  );
}

export const rowsOf = ({ shape, data }: Value): number[][] => {
  const columns = shape.at(-1)!;
  return Array.from({ length: data.length / columns }, (_, i) => data.slice(i * columns, (i + 1) * columns));
};

/** Means of windows, or maxima, without padding. */
function pool(x: Value, size: number, reduce: (values: number[]) => number): Value {
  const channels = x.shape[2]!;
  const window = { k: size, stride: size, padding: 'valid' as const, bias: false };
  const data = patches(x, window).flatMap((patch) =>
    Array.from({ length: channels }, (_, c) => reduce(patch.filter((_, i) => i % channels === c))),
  );
  return { shape: [...outputSize(x.shape, window), channels], data };
}

const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const softmax = (values: number[]) => {
  const powers = values.map(Math.exp);
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / sum);
};

export function applyNode(node: Node, from: Value[], weights: Weights): Value {
  const x = from[0]!;
  const channels = x.shape.at(-1)!;
  const own = weights[node.name] ?? [];
  switch (node.kind) {
    case 'conv':
      return {
        shape: [...outputSize(x.shape, node), node.filters],
        data: affine(patches(x, node), own[0]!, own[1], node.filters),
      };
    case 'depthwise': {
      const data = patches(x, node).flatMap((patch) =>
        Array.from({ length: channels }, (_, c) =>
          patch.reduce((sum, v, i) => (i % channels === c ? sum + v * own[0]![i]! : sum), own[1]?.[c] ?? 0),
        ),
      );
      return { shape: [...outputSize(x.shape, node), channels], data };
    }
    case 'dense':
      return { shape: [...x.shape.slice(0, -1), node.units], data: affine(rowsOf(x), own[0]!, own[1], node.units) };
    case 'batchNorm': {
      const [gamma, beta, average, variance] = own as [number[], number[], number[], number[]];
      const data = x.data.map((v, i) => {
        const c = i % channels;
        return (gamma[c]! * (v - average[c]!)) / Math.sqrt(variance[c]! + 1e-3) + beta[c]!;
      });
      return { shape: x.shape, data };
    }
    case 'layerNorm': {
      const data = rowsOf(x).flatMap((row) => {
        const m = mean(row);
        const deviation = Math.sqrt(mean(row.map((v) => (v - m) ** 2)) + 1e-3);
        return row.map((v, c) => (own[0]![c]! * (v - m)) / deviation + own[1]![c]!);
      });
      return { shape: x.shape, data };
    }
    case 'tanh':
      return { shape: x.shape, data: x.data.map(Math.tanh) };
    case 'dropout':
      return x;
    case 'flatten':
      return { shape: [product(x.shape)], data: x.data };
    case 'add':
      return { shape: x.shape, data: x.data.map((v, i) => v + from[1]!.data[i]!) };
    case 'concat': {
      const all = from.map(rowsOf);
      const data = all[0]!.flatMap((_, i) => all.flatMap((rows) => rows[i]!));
      return { shape: [...x.shape.slice(0, -1), data.length / all[0]!.length], data };
    }
    case 'globalAverage': {
      const rows = rowsOf(x);
      return { shape: [channels], data: Array.from({ length: channels }, (_, c) => mean(rows.map((row) => row[c]!))) };
    }
    case 'maxPool':
      return pool(x, node.size, (values) => Math.max(...values));
    case 'averagePool':
      return pool(x, node.size, mean);
    case 'attention': {
      const [q, k, v] = from.map(rowsOf) as [number[][], number[][], number[][]];
      const data = q.flatMap((query) => {
        const share = softmax(k.map((key) => key.reduce((sum, value, c) => sum + value * query[c]!, 0)));
        return v[0]!.map((_, c) => v.reduce((sum, row, token) => sum + share[token]! * row[c]!, 0));
      });
      return { shape: from[2]!.shape, data };
    }
  }
}
