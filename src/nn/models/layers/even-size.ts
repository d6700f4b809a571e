import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../../../domain/operators/types.js';
import { onlyInput, onlyShape, registeredLayer } from './registered-layer.js';

/** Enlarges images [h, w, c] of odd height or width by one, bilinearly with the corners in place, for patches of 2×2. */
export const evenSize = (tf: Tf) =>
  registeredLayer<{ name?: string }>(
    tf,
    'EvenSize',
    () =>
      class EvenSize extends tf.layers.Layer {
        static readonly className = 'EvenSize';

        override call(inputs: Tensor | Tensor[]): Tensor {
          return tf.tidy(() => {
            const x = onlyInput(inputs) as tfjs.Tensor4D;
            const [, height, width] = x.shape;
            if (height % 2 === 0 && width % 2 === 0) return tf.clone(x) as Tensor;
            return tf.image.resizeBilinear(x, [even(height), even(width)], true) as Tensor;
          });
        }

        override computeOutputShape(shape: tfjs.Shape | tfjs.Shape[]): tfjs.Shape {
          const [batch, height, width, channels] = onlyShape(shape);
          const size = (value: number | null | undefined) => (value == null ? null : even(value));
          return [batch ?? null, size(height), size(width), channels ?? null];
        }
      },
  );

const even = (size: number): number => size + (size % 2);
