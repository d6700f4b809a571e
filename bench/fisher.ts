import { availableParallelism } from 'node:os';
import { SeededRandom } from '../dist/domain/random/seeded-random.js';
import { quantile } from '../dist/domain/replay/averages.js';
import { loadBackend } from '../dist/index.js';
import { EigenvaluePool } from '../dist/kernels/eigenvalue-pool.js';
import { FeatureComputer } from '../dist/nn/fisher/compute-features.js';
import { MODELS, type ModelBuilder } from '../dist/nn/models/index.js';
import type { DataSet } from '../dist/nn/task.js';
import { type Benchmark, type BenchmarkOptions, rounded } from './benchmark.js';

/** Simple and composite ones; those that are undefined in a model (sub in All-CNN-C) cost what the others do. */
const FUNCTIONS = [
  'relu(x)',
  'swish(x)',
  'tanh(x)',
  'max(relu(x),tanh(x))',
  'mul(sigmoid(x),erf(x))',
  'sub(elu(x),arctan(x))',
  'softsign(mish(x))',
];
const PARTS = ['build', 'forward', 'backward', 'covariance', 'eigenvalues', 'histogram'] as const;
/** Of one example each; a batch of images fits the memory of small machines. */
const DEFAULT_BATCH: Record<string, number> = { 'mobilevitv2-0.5': 32 };

/**
 * Seconds for the Fisher features of one function, and its parts: medians over several functions after one that warms
 * up. `eigenvalues_s` is what is left of them beside the covariances that are made meanwhile; `first_build_s` is spent
 * once a job. The original program, on two cores: small-cnn 1.9 s, All-CNN-C 67 s, 2.9 GB.
 */
const benchmark: Benchmark = {
  summary: 'Fisher features of one function by parts: --model small-cnn (or all-cnn-c, resnet-56, mobilevitv2-0.5)',
  run: async (notify, options) => {
    const name = options.model ?? 'small-cnn';
    const model = MODELS[name];
    if (!model) throw new Error(`there is no model "${name}"; known: ${Object.keys(MODELS).join(', ')}`);
    const batchSize = options.batch ?? DEFAULT_BATCH[name] ?? 100;
    const threads = options.threads ?? availableParallelism();
    const { tf } = await loadBackend('auto', { threads });
    const pool = threads > 1 ? new EigenvaluePool(Math.min(2, threads)) : undefined;
    const times = new Map<string, number>();
    const computer = new FeatureComputer({
      tf,
      task: { name, buildModel: (context) => model.build(context), loadData: () => noise(model, batchSize) },
      data: noise(model, batchSize),
      settings: { seed: 42, batchSize, floor: 1e-6 },
      solve: pool && ((matrix, n) => pool.solve(matrix, n)),
      onTime: (part, seconds) => times.set(part, (times.get(part) ?? 0) + seconds),
    });
    const runs: Array<Map<string, number>> = [];
    for (const [i, fn] of ['relu(x)', ...functions(options)].entries()) {
      times.clear();
      const computed = await computer.compute(fn);
      times.set('seconds', computed.seconds);
      const parts = PARTS.map((part) => `${part} ${(times.get(part) ?? 0).toFixed(2)}`).join(', ');
      const remark = i === 0 ? ' (warming up)' : computed.defined ? '' : ` (${computed.reason})`;
      notify(`${fn}: ${computed.seconds.toFixed(2)} s: ${parts}${remark}`);
      runs.push(new Map(times));
    }
    computer.dispose();
    await pool?.close();
    const [first, ...measured] = runs;
    const median = (part: string) =>
      rounded(
        quantile(
          measured.map((run) => run.get(part) ?? 0),
          0.5,
        ),
      );
    const parts = Object.fromEntries(PARTS.map((part) => [`${part}_s`, median(part)]));
    return [
      {
        model: name,
        batch: batchSize,
        threads,
        functions: measured.length,
        seconds_per_function: median('seconds'),
        ...parts,
        first_build_s: rounded(first!.get('build')!),
        // maxRSS is in KiB.
        peak_rss_mb: Math.round(process.resourceUsage().maxRSS / 1024),
      },
    ];
  },
};
export default benchmark;

const functions = ({ model }: BenchmarkOptions) => (model === 'small-cnn' ? [...FUNCTIONS, ...FUNCTIONS] : FUNCTIONS);

/** Random pixels, the same in every run. */
function noise({ inputShape }: ModelBuilder, rows: number): DataSet {
  const random = new SeededRandom('bench');
  const split = {
    inputs: Float32Array.from({ length: rows * inputShape.reduce((a, b) => a * b, 1) }, () => random.next()),
    labels: Int32Array.from({ length: rows }, (_, i) => i % 10),
    rows,
  };
  return { inputShape, classes: 10, train: split, validation: split, test: split };
}
