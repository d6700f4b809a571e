import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseExpression } from '../../src/domain/expression/expression.js';
import { outputSamples } from '../../src/domain/features/samples.js';
import type { Tensor, Tf } from '../../src/domain/operators/types.js';
import { exportFunction } from '../../src/export/export-function.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { evaluateTensor } from '../../src/nn/evaluate-tensor.js';
import { testSize } from '../support/test-size.js';
import { OPERATOR_EXPRESSIONS, randomExpressions, TRICKY_EXPRESSIONS } from './expressions.js';
import { expectations, wrongPoints } from './noisy-twin.js';
import { importModule } from './typescript-module.js';

const X = [...Float32Array.from(outputSamples())];
const RANDOM = testSize({ small: 20, full: 200 });

let tf: Tf;
beforeAll(async () => {
  ({ tf } = await loadBackend('auto', { threads: 1 }));
});

interface TfjsModule {
  fn: (tf: Tf, x: Tensor) => Tensor;
  layer: (tf: Tf, config?: object) => tfjs.layers.Layer;
}

async function load(fn: string, normalize = false): Promise<TfjsModule> {
  const { code, name } = exportFunction(fn, { to: 'tfjs', normalize });
  const module = await importModule<Record<string, never>>(code);
  return { fn: module[name]!, layer: module[`${name}Layer`]! };
}

describe.each(['tensorflow', 'cpu'])('the tfjs target on the backend %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));
  afterAll(() => tf.setBackend('tensorflow'));

  // tfjs in plain JavaScript has an erf that is right to 1e-7 only, and Math.pow, for which 1^∞ is NaN.
  const lacking = backend === 'cpu' ? /\b(erf|gelu)\(|pow\(one/ : /^$/;
  const compound = [...TRICKY_EXPRESSIONS, ...randomExpressions(RANDOM, 'tfjs')];
  const few = backend === 'cpu' && testSize({ small: 1, full: 0 }) === 1;
  const fns = few ? OPERATOR_EXPRESSIONS : [...OPERATOR_EXPRESSIONS, ...compound];
  it.each(fns.filter((fn) => !lacking.test(fn)))(
    '%s has our values and derivatives on 1,000 points, and leaves no tensor behind',
    async (fn) => {
      const { fn: exported } = await load(fn);
      const before = tf.memory().numTensors;
      const [values, gradients] = tf.tidy(() => {
        const x = tf.tensor1d(X);
        return [
          exported(tf, x).dataSync(),
          tf
            .grad((t: Tensor) => exported(tf, t))(x)
            .dataSync(),
        ];
      });
      expect(tf.memory().numTensors).toBe(before);
      const expected = await expectations(fn, X, 'float32');
      expect(wrongPoints(X, expected, { values: values!, gradients: gradients! })).toEqual([]);
    },
  );

  it('is as our own layer where x is not finite', async () => {
    const x = [0, -0, 80, -80, Infinity, -Infinity, Number.NaN];
    for (const fn of OPERATOR_EXPRESSIONS) {
      const { fn: exported } = await load(fn);
      const read = (of: (x: Tensor) => Tensor): number[] => tf.tidy(() => [...of(tf.tensor1d(x)).dataSync()]);
      const ours = read((t) => evaluateTensor(tf, parseExpression(fn), t));
      const near = read((t) => exported(tf, t)).map(
        (v, i) => Object.is(v + 0, ours[i]! + 0) || Math.abs(v - ours[i]!) < 1e-6 * Math.max(1, Math.abs(v)),
      );
      expect([fn, near]).toEqual([fn, x.map(() => true)]);
    }
  });
});

it('the layer of a tfjs file survives model.save, normalised', async () => {
  const { fn, layer } = await load('max(relu(x),cosh(elu(x)))', true);
  const folder = mkdtempSync(join(tmpdir(), 'aquasurf-'));
  try {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 4, inputShape: [3] }), layer(tf), layer(tf)] });
    await model.save(`file://${folder}`);
    const loaded = await tf.loadLayersModel(`file://${folder}/model.json`);
    const input = tf.tensor2d([[1, -2, 0.5]]);
    expect((loaded.predict(input) as Tensor).dataSync()).toEqual((model.predict(input) as Tensor).dataSync());
    const samples = tf.tensor1d(X);
    expect(tf.moments(fn(tf, samples)).mean.dataSync()[0]!).toBeCloseTo(0, 1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
