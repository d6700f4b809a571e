import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseExpression } from '../../src/domain/expression/expression.js';
import { evaluate } from '../../src/domain/features/evaluate.js';
import type { Tensor, Tf } from '../../src/domain/operators/types.js';
import { ActivationFunction } from '../../src/nn/activation-function.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';

let tf: Tf;
beforeAll(async () => {
  tf = (await loadBackend('auto')).tf;
});

const points = [-3, -1, -0.5, 0.25, 1, 2];
const outputs = (layer: ReturnType<typeof ActivationFunction>) =>
  tf.tidy(() => [...(layer.apply(tf.tensor2d([points])) as Tensor).dataSync()]);

describe('ActivationFunction', () => {
  test.each(['relu(x)', 'max(relu(x),cosh(elu(x)))', 'sum_n(tanh(x),one(x),square(x))', 'x'])('computes %s', (fn) => {
    const wanted = evaluate(parseExpression(fn), points);
    for (const [i, value] of outputs(ActivationFunction({ fn })).entries()) expect(value).toBeCloseTo(wanted[i]!, 5);
  });

  test('is called with or without new', () => {
    expect(outputs(new ActivationFunction({ fn: 'tanh(x)' }))).toEqual(outputs(ActivationFunction({ fn: 'tanh(x)' })));
  });

  test('takes a name', () => {
    expect(ActivationFunction({ fn: 'x', name: 'act' }).name).toBe('act');
  });

  test.each(['int32', 'bool'] as const)('takes %s tensors as float32, whatever the function', (dtype) => {
    const values = dtype === 'bool' ? [0, 1, 1] : [-2, 0, 3];
    for (const fn of ['x', 'relu(x)', 'sigmoid(x)', 'mul(x,erf(x))', 'pow(x,exp(x))', 'sum_n(x,gelu(x),one(x))']) {
      const layer = ActivationFunction({ fn });
      const given = layer.apply(tf.tensor(values, [3], dtype)) as Tensor;
      expect(given.dtype).toBe('float32');
      expect([...given.dataSync()]).toEqual([...(layer.apply(tf.tensor(values, [3])) as Tensor).dataSync()]);
    }
  });

  test('with normalize gives Gaussian input mean 0 and variance 1', () => {
    const layer = ActivationFunction({ fn: 'exp(x)', normalize: true });
    const { mean, variance } = tf.tidy(() => {
      const moments = tf.moments(layer.apply(tf.randomNormal([200_000], 0, 1, 'float32', 5)) as Tensor);
      return { mean: moments.mean.dataSync()[0]!, variance: moments.variance.dataSync()[0]! };
    });
    expect(mean).toBeCloseTo(0, 1);
    expect(Math.abs(variance - 1)).toBeLessThan(0.2);
  });

  test('survives model.save and tf.loadLayersModel', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'aquasurf-'));
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 4, inputShape: [3] }),
        ActivationFunction({ fn: 'max(relu(x), cosh(elu(x)))', normalize: true }),
      ],
    });
    try {
      await model.save(`file://${folder}`);
      const loaded = await tf.loadLayersModel(`file://${folder}/model.json`);
      const input = tf.tensor2d([[1, -2, 0.5]]);
      expect((loaded.predict(input) as Tensor).dataSync()).toEqual((model.predict(input) as Tensor).dataSync());
      expect(loaded.layers[1]!.getConfig()).toMatchObject({ fn: 'max(relu(x),cosh(elu(x)))', normalize: true });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('refuses a malformed function with the position', () => {
    expect(() => ActivationFunction({ fn: 'rleu(x)' })).toThrow(
      expect.objectContaining({ code: 'EXPRESSION_INVALID', message: expect.stringMatching(/character 1.*relu/) }),
    );
  });

  test.each(['one(x)', 'reciprocal(x)'])('refuses to normalise %s', (fn) => {
    expect(() => ActivationFunction({ fn, normalize: true })).toThrow(
      expect.objectContaining({ code: 'FUNCTION_NOT_NORMALIZABLE' }),
    );
  });
});
