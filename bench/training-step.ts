import { setTimeout as wait } from 'node:timers/promises';
import { SeededRandom } from '../dist/domain/random/seeded-random.js';
import { quantile } from '../dist/domain/replay/averages.js';
import { loadBackend } from '../dist/index.js';
import { batchTensors } from '../dist/nn/batches.js';
import { smallCnn } from '../dist/nn/models/small-cnn.js';
import { createObjective } from '../dist/nn/objective.js';
import { RunningMetrics } from '../dist/nn/running-metrics.js';
import { buildSeededModel } from '../dist/nn/seeded-weights.js';
import type { DataSet } from '../dist/nn/task.js';
import { createOptimizer, trainingStep } from '../dist/nn/training-step.js';
import { type Benchmark, type Row, rounded } from './benchmark.js';

const BATCH = 128;
const WARM_UP = 10;
const ROUNDS = 10;
const STEPS = 6;
const FUNCTIONS = ['relu(x)', 'swish(x)', 'max(relu(x),cosh(elu(x)))', 'mul(bessel_i0e(x),erfc(x))'];

/**
 * Milliseconds for one step of training small-cnn: forward, backward, Adam. The bound is the same step with tfjs's own
 * relu in the network, the rival tfjs's own `trainOnBatch` on that network. One TensorFlow thread, as a consumer has.
 * All cases take turns, so that a noisy machine is noisy to all of them.
 */
const benchmark: Benchmark = {
  summary: `small-cnn, batch ${BATCH}, one thread: median ms of a step beside one with tfjs's built-in relu`,
  run: async (notify) => {
    const { tf } = await loadBackend('auto', { threads: 1 });
    const data = noise();
    const batch = batchTensors(
      tf,
      data,
      data.train,
      Int32Array.from({ length: BATCH }, (_, i) => i),
    );
    const builtIn = () => smallCnn({ tf, activation: () => tf.layers.activation({ activation: 'relu' }) });
    const ours = (model: ReturnType<typeof builtIn>) => {
      const objective = createObjective(tf, model, 'categoricalCrossentropy');
      const optimizer = createOptimizer(tf, {});
      const metrics = new RunningMetrics(tf);
      return () => tf.tidy(() => trainingStep({ tf, model, objective, optimizer, batch, metrics }));
    };
    const rival = builtIn();
    rival.compile({ optimizer: tf.train.adam(0.001), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
    const task = { name: 'small-cnn', buildModel: smallCnn, loadData: () => data };
    const cases: Array<{ name: string; step: () => unknown; times: number[] }> = [
      { name: 'built-in relu (bound)', step: ours(builtIn()), times: [] },
      { name: 'built-in relu, trainOnBatch', step: () => rival.trainOnBatch(batch.inputs, batch.oneHot), times: [] },
      ...FUNCTIONS.map((fn) => ({ name: fn, step: ours(buildSeededModel({ tf, task, fn, seed: 0 })), times: [] })),
    ];
    for (let round = -1; round < ROUNDS; round++) {
      notify(round < 0 ? 'warming up' : `round ${round + 1} of ${ROUNDS}`);
      for (const { step, times } of cases) {
        for (let i = 0; i < (round < 0 ? WARM_UP : STEPS); i++) {
          const started = performance.now();
          await step();
          if (round >= 0) times.push(performance.now() - started);
          await wait();
        }
      }
    }
    const bound = quantile(cases[0]!.times, 0.5);
    return cases.map(({ name, times }): Row => {
      const ms = quantile(times, 0.5);
      return { case: name, medianMs: rounded(ms), timesBound: rounded(ms / bound) };
    });
  },
};
export default benchmark;

/** Random pixels, the same in every run. */
function noise(): DataSet {
  const random = new SeededRandom('bench');
  const split = {
    inputs: Float32Array.from({ length: BATCH * 784 }, () => random.next()),
    labels: Int32Array.from({ length: BATCH }, (_, i) => i % 10),
    rows: BATCH,
  };
  return { inputShape: [28, 28, 1], classes: 10, train: split, validation: split, test: split };
}
