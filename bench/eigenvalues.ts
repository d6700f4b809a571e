import { spawnSync } from 'node:child_process';
import { quantile } from '../dist/domain/replay/averages.js';
import { loadBackend } from '../dist/index.js';
import { EigenvaluePool } from '../dist/kernels/eigenvalue-pool.js';
import { symmetricEigenvalues } from '../dist/kernels/symmetric-eigenvalues.js';
import { type Benchmark, type Row, rounded } from './benchmark.js';

const ORDERS = [145, 865, 1729];
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
 * float32, and beside scipy's eigvalsh (LAPACK) on one thread where `python3` has scipy. `2 threads` is the time of each
 * of two problems solved at once. The matrix is min(i, j), i and j from 1: dense, exact in float32, and its eigenvalues are known to be
 * 1/(4·sin²((2k - 1)π/(4n + 2))), k = 1..n. `error`: the largest error of an eigenvalue, as a share of the largest.
 */
const benchmark: Benchmark = {
  summary: 'eigenvalues of symmetric matrices, median ms beside TensorFlow SelfAdjointEigV2',
  run: async (notify) => {
    const { tf } = await loadBackend('auto', { threads: 1 });
    const { binding } = tf.backend() as unknown as { binding: Binding };
    const pool = new EigenvaluePool(2);
    const rows: Row[] = [];
    for (const n of ORDERS) {
      notify(`n = ${n}`);
      const scipy = scipyEigenvalues(n);
      if (!scipy) notify('without scipy: `python3` does not import it');
      rows.push(...compare(n, binding), await twoAtOnce(pool, n), ...(scipy ? [scipy] : []));
    }
    await pool.close();
    return rows;
  },
};
export default benchmark;

const testMatrix = (n: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, i) => 1 + Math.min(Math.floor(i / n), i % n));

const exactEigenvalues = (n: number): Float64Array =>
  Float64Array.from({ length: n }, (_, k) => 1 / (4 * Math.sin(((2 * (n - k) - 1) * Math.PI) / (4 * n + 2)) ** 2));

function row(solver: string, times: readonly number[], values: ArrayLike<number>): Row {
  const exact = exactEigenvalues(values.length);
  const worst = exact.reduce((error, value, k) => Math.max(error, Math.abs(value - values[k]!)), 0);
  const error = worst / exact[exact.length - 1]!;
  return { n: values.length, solver, medianMs: rounded(quantile(times, 0.5)), error: rounded(error) };
}

/** Milliseconds for each of two problems at once, in two threads. */
async function twoAtOnce(pool: EigenvaluePool, n: number): Promise<Row> {
  const matrix = testMatrix(n);
  const times: number[] = [];
  let values = new Float64Array(n);
  for (let round = -1; round < ROUNDS; round++) {
    const started = performance.now();
    [values] = (await Promise.all([pool.solve(matrix, n), pool.solve(matrix, n)])) as [
      Float64Array<ArrayBuffer>,
      unknown,
    ];
    if (round >= 0) times.push((performance.now() - started) / 2);
  }
  return row('aquasurf, 2 threads', times, values);
}

const SCIPY = `
import json, sys, time
import numpy, scipy.linalg
n, rounds = int(sys.argv[1]), int(sys.argv[2])
a = numpy.minimum.outer(numpy.arange(1.0, n + 1), numpy.arange(1.0, n + 1))
times = []
for r in range(rounds + 1):
    started = time.perf_counter()
    values = scipy.linalg.eigvalsh(a)
    times.append(1e3 * (time.perf_counter() - started))
print(json.dumps({"times": times[1:], "values": values.tolist()}))
`;

/** scipy on one thread; undefined without it. */
function scipyEigenvalues(n: number): Row | undefined {
  const oneThread = { OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1', OMP_NUM_THREADS: '1' };
  const { status, stdout } = spawnSync('python3', ['-c', SCIPY, `${n}`, `${ROUNDS}`], {
    encoding: 'utf8',
    env: { ...process.env, ...oneThread },
  });
  if (status !== 0) return undefined;
  const { times, values } = JSON.parse(stdout) as { times: number[]; values: number[] };
  return row('scipy eigvalsh', times, values);
}

function compare(n: number, binding: Binding): Row[] {
  const matrix = testMatrix(n);
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
  return solvers.map(({ solver, times, values }) => row(solver, times, values));
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
