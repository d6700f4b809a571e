import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../../../domain/operators/types.js';
import { onlyInput, onlyShape, registeredLayer } from './registered-layer.js';

interface ChannelSliceConfig {
  name?: string;
  /** Channels [from, to) of the last dimension are kept. */
  from: number;
  to: number;
}

/** Some channels of its input. */
export const channelSlice = (tf: Tf) =>
  registeredLayer<ChannelSliceConfig>(
    tf,
    'ChannelSlice',
    () =>
      class ChannelSlice extends tf.layers.Layer {
        static readonly className = 'ChannelSlice';

        constructor(private readonly config: ChannelSliceConfig) {
          super(config.name === undefined ? {} : { name: config.name });
        }

        override call(inputs: Tensor | Tensor[]): Tensor {
          return tf.tidy(() => {
            const x = onlyInput(inputs);
            const { from, to } = this.config;
            const begin = [...x.shape.slice(0, -1).map(() => 0), from];
            return tf.slice(x, begin, [...x.shape.slice(0, -1), to - from]);
          });
        }

        override computeOutputShape(shape: tfjs.Shape | tfjs.Shape[]): tfjs.Shape {
          return [...onlyShape(shape).slice(0, -1), this.config.to - this.config.from];
        }

        override getConfig(): tfjs.serialization.ConfigDict {
          const { from, to } = this.config;
          return { ...super.getConfig(), from, to };
        }
      },
  );
