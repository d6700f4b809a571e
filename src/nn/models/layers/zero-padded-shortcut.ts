import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../../../domain/operators/types.js';
import { onlyInput, onlyShape, registeredLayer } from './registered-layer.js';

interface ZeroPaddedShortcutConfig {
  name?: string;
  /** Every so-manieth row and column is kept. */
  stride: number;
  /** Channels of the output; those added are zero. */
  channels: number;
}

/** The shortcut without weights of CIFAR's ResNets (He et al. 2016, section 4.2, option A): images [h, w, c]. */
export const zeroPaddedShortcut = (tf: Tf) =>
  registeredLayer<ZeroPaddedShortcutConfig>(
    tf,
    'ZeroPaddedShortcut',
    () =>
      class ZeroPaddedShortcut extends tf.layers.Layer {
        static readonly className = 'ZeroPaddedShortcut';

        constructor(private readonly config: ZeroPaddedShortcutConfig) {
          super(config.name === undefined ? {} : { name: config.name });
        }

        override call(inputs: Tensor | Tensor[]): Tensor {
          return tf.tidy(() => {
            const x = onlyInput(inputs);
            const { stride, channels } = this.config;
            // Pools of one entry: a strided slice has no gradient in tfjs.
            const kept = tf.avgPool(x as tfjs.Tensor4D, 1, stride, 'same');
            return tf.pad(kept as Tensor, [
              [0, 0],
              [0, 0],
              [0, 0],
              [0, channels - x.shape[3]!],
            ]);
          });
        }

        override computeOutputShape(shape: tfjs.Shape | tfjs.Shape[]): tfjs.Shape {
          const [batch, height, width] = onlyShape(shape);
          const { stride, channels } = this.config;
          const kept = (size: number | null | undefined) => (size == null ? null : Math.ceil(size / stride));
          return [batch ?? null, kept(height), kept(width), channels];
        }

        override getConfig(): tfjs.serialization.ConfigDict {
          const { stride, channels } = this.config;
          return { ...super.getConfig(), stride, channels };
        }
      },
  );
