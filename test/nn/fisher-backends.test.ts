import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Tf } from '../../src/domain/operators/types.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { computeFisherFeatures } from '../../src/nn/fisher/compute-features.js';
import { MODELS } from '../../src/nn/models/index.js';
import type { DataSet } from '../../src/nn/task.js';

const BATCH = 5;

let tf: Tf;
beforeAll(async () => {
  ({ tf } = await loadBackend('auto', { threads: 1 }));
});
afterAll(() => tf.setBackend('tensorflow'));

function noise(): DataSet {
  const random = new SeededRandom('backends');
  const inputs = Float32Array.from({ length: BATCH * 28 * 28 }, () => random.next());
  const split = { inputs, labels: Int32Array.from({ length: BATCH }, (_, i) => i), rows: BATCH };
  return { inputShape: [28, 28, 1], classes: 10, train: split, validation: split, test: split };
}

describe("features of small-cnn on TensorFlow and on tfjs's own cpu backend", () => {
  const data = noise();
  const features = async (backend: string, fn: string): Promise<number[]> => {
    await tf.setBackend(backend);
    const computed = await computeFisherFeatures({
      ...{ tf, data, fn, settings: { seed: 42, batchSize: BATCH, floor: 1e-6 } },
      task: { name: 'small-cnn', buildModel: (context) => MODELS['small-cnn']!.build(context), loadData: noise },
    });
    if (!computed.defined) throw new Error(computed.reason);
    return Array.from(computed.features, (value) => value / 65_535);
  };

  // An eigenvalue at the floor or at an edge may fall on either side: that moves a bin by its share of the layer's.
  test.each(['relu(x)', 'swish(x)', 'mul(sigmoid(x),erf(x))'])('differ in few bins and little: %s', async (fn) => {
    const [native, plain] = [await features('tensorflow', fn), await features('cpu', fn)];
    expect(plain).toHaveLength(native.length);
    const differences = native.map((value, i) => Math.abs(value - plain[i]!));
    expect(differences.filter((difference) => difference > 1e-4).length).toBeLessThan(0.02 * native.length);
    expect(Math.max(...differences)).toBeLessThan(0.02);
  });
});
