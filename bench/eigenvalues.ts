import { loadBackend } from '../dist/index.js';
import { symmetricEigenvalues } from '../dist/kernels/symmetric-eigenvalues.js';
import { type Benchmark, quantile, type Row, rounded } from './benchmark.js';

const ORDERS = [145, 865];
const ROUNDS = 7;

/** What this needs of tfjs-node's binding to run TensorFlow operations that tfjs lacks; tensors are numbers. */
interface Binding {
  TF_FLOAT: number;
  TF_INT32: number;
  TF_ATTR_TYPE: number;
  TF_ATTR_BOOL: number;
  createTensor(shape: number[], dtype: number, data: Float32Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): Float32Array | Int32Array;
  executeOp(name: string, attributes: unknown[], inputs: number[], outputs: number): Array<{ id: number }>;
}

/** TF_DOUBLE of TensorFlow's C API, which the binding does not name. */
const DOUBLE = 2;

/**
 * Milliseconds for the eigenvalues alone of a symmetric matrix, beside TensorFlow's SelfAdjointEigV2 in float64 and
 * float32. The matrix is min(i, j), i and j from 1: dense, exact in float32, and its eigenvalues are known to be
 * 1/(4·sin²((2k - 1)π/(4n + 2))), k = 1..n. `error`: the largest error of an eigenvalue, as a share of the largest.
 */
const benchmark: Benchmark = {
  summary: 'eigenvalues of symmetric matrices, median ms beside TensorFlow SelfAdjointEigV2',
  run: async (notify) => {
    const { tf } = await loadBackend('auto', { threads: 1 });
    const { binding } = tf.backend() as unknown as { binding: Binding };
    return ORDERS.flatMap((n) => {
      notify(`n = ${n}`);
      return compare(n, binding);
    });
  },
};
export default benchmark;

function compare(n: number, binding: Binding): Row[] {
  const matrix = Float64Array.from({ length: n * n }, (_, i) => 1 + Math.min(Math.floor(i / n), i % n));
  const exact = Float64Array.from(
    { length: n },
    (_, k) => 1 / (4 * Math.sin(((2 * (n - k) - 1) * Math.PI) / (4 * n + 2)) ** 2),
  );
  const single = Float32Array.from(matrix);
  const solvers = [
    { solver: 'aquasurf float64', solve: () => symmetricEigenvalues(matrix, n) },
    { solver: 'TensorFlow float64', solve: () => tensorflowEigenvalues(binding, single, n, DOUBLE) },
    { solver: 'TensorFlow float32', solve: () => tensorflowEigenvalues(binding, single, n, binding.TF_FLOAT) },
  ].map((entry) => ({ ...entry, times: [] as number[], values: new Float64Array(n) as Float64Array }));
  for (let round = -1; round < ROUNDS; round++) {
    for (const entry of solvers) {
      const started = performance.now();
      entry.values = entry.solve();
      if (round >= 0) entry.times.push(performance.now() - started);
    }
  }
  return solvers.map(({ solver, times, values }) => {
    const error = exact.reduce((worst, value, k) => Math.max(worst, Math.abs(value - values[k]!)), 0) / exact[n - 1]!;
    return { n, solver, medianMs: rounded(quantile(times, 0.5)), error: rounded(error) };
  });
}

/** Through the binding and not through tfjs, which has no float64. */
function tensorflowEigenvalues(binding: Binding, matrix: Float32Array, n: number, dtype: number): Float64Array {
  const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value });
  const tensors: number[] = [];
  const run = (name: string, attributes: unknown[], input: number, outputs = 1) => {
    const ids = binding.executeOp(name, attributes, [input], outputs).map(({ id }) => id);
    tensors.push(...ids);
    return ids[0]!;
  };
  const given = binding.createTensor([n, n], binding.TF_FLOAT, matrix);
  tensors.push(given);
  const truncate = { name: 'Truncate', type: binding.TF_ATTR_BOOL, value: false };
  const cast = run('Cast', [type('SrcT', binding.TF_FLOAT), type('DstT', dtype), truncate], given);
  const valuesOnly = { name: 'compute_v', type: binding.TF_ATTR_BOOL, value: false };
  const values = run('SelfAdjointEigV2', [valuesOnly, type('T', dtype)], cast, 2);
  try {
    if (dtype === binding.TF_FLOAT) return Float64Array.from(binding.tensorDataSync(values));
    const bits = binding.tensorDataSync(run('Bitcast', [type('T', dtype), type('type', binding.TF_INT32)], values));
    return new Float64Array(bits.slice().buffer);
  } finally {
    for (const id of tensors) binding.deleteTensor(id);
  }
}
