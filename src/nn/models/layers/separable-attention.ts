import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../../../domain/operators/types.js';
import { registeredLayer } from './registered-layer.js';

/**
 * The mixing of separable self-attention (Mehta & Rastegari 2022, arXiv 2206.02680, section 3.2), without weights: of
 * scores and keys [pixels, patches, 1 + d] and values [pixels, patches, d], each value times the context vector of its
 * pixel, the mean of the keys of all patches weighted by the softmax of their scores.
 */
export const separableAttention = (tf: Tf) =>
  registeredLayer<{ name?: string }>(
    tf,
    'SeparableAttention',
    () =>
      class SeparableAttention extends tf.layers.Layer {
        static readonly className = 'SeparableAttention';

        override call(inputs: Tensor | Tensor[]): Tensor {
          return tf.tidy(() => {
            const [scoresAndKeys, values] = inputs as [Tensor, Tensor];
            const [batch, pixels, patches, channels] = scoresAndKeys.shape as [number, number, number, number];
            const scores = tf.slice(scoresAndKeys, [0, 0, 0, 0], [batch, pixels, patches, 1]);
            const keys = tf.slice(scoresAndKeys, [0, 0, 0, 1], [batch, pixels, patches, channels - 1]);
            const shares = tf.softmax(tf.reshape(scores, [batch, pixels, 1, patches]));
            return tf.mul(values, tf.matMul(shares, keys)) as Tensor;
          });
        }

        override computeOutputShape(shapes: tfjs.Shape | tfjs.Shape[]): tfjs.Shape {
          return (shapes as tfjs.Shape[])[1]!;
        }
      },
  );
