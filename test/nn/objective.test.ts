import type * as tfjs from '@tensorflow/tfjs';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Tf } from '../../src/domain/operators/types.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { createObjective } from '../../src/nn/objective.js';

let tf: Tf;
beforeAll(async () => {
  tf = (await loadBackend('auto')).tf;
});

/** Two inputs straight to a softmax. */
function network(last: tfjs.layers.Layer[]): tfjs.LayersModel {
  const dense = tf.layers.dense({ units: 2, inputShape: [2], kernelInitializer: 'identity', useBias: false });
  return tf.sequential({ layers: [dense, ...last] });
}
const lossOf = (model: tfjs.LayersModel, logits: [number, number]) =>
  tf.tidy(
    () =>
      createObjective(tf, model, 'categoricalCrossentropy')
        .evaluate(tf.tensor2d([logits]), tf.tensor2d([[0, 1]]), { training: false })
        .loss.dataSync()[0]!,
  );

describe('categorical cross-entropy', () => {
  const endings: Array<[string, () => tfjs.layers.Layer[]]> = [
    ['an activation layer', () => [tf.layers.activation({ activation: 'softmax' })]],
    ['a softmax layer', () => [tf.layers.softmax()]],
    [
      'a softmax that is not the last layer',
      () => [tf.layers.softmax(), tf.layers.activation({ activation: 'linear' })],
    ],
  ];
  test.each(endings)('is -log p with %s', (_, last) => {
    expect(lossOf(network(last()), [1, 3])).toBeCloseTo(Math.log(1 + Math.exp(-2)), 5);
  });

  test('of an example that is very wrong is exact on logits, cut off at 1e-7 on probabilities', () => {
    expect(lossOf(network(endings[1]![1]()), [100, 0])).toBeCloseTo(100, 3);
    expect(lossOf(network(endings[2]![1]()), [100, 0])).toBeCloseTo(-Math.log(1e-7), 3);
  });
});
