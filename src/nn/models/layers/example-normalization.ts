import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../../../domain/operators/types.js';
import { onlyInput, onlyShape, registeredLayer } from './registered-layer.js';

interface ExampleNormalizationConfig {
  name?: string;
  /** Added to the variance. @defaultValue 1e-5 */
  epsilon?: number;
}

/**
 * Normalises each example over all its dimensions, then scales and shifts each channel, the last dimension: group
 * normalisation with one group, the layer normalisation of MobileViTv2.
 */
export const exampleNormalization = (tf: Tf) =>
  registeredLayer<ExampleNormalizationConfig>(
    tf,
    'ExampleNormalization',
    () =>
      class ExampleNormalization extends tf.layers.Layer {
        static readonly className = 'ExampleNormalization';
        private readonly epsilon: number;
        private gamma: tfjs.LayerVariable | undefined;
        private beta: tfjs.LayerVariable | undefined;

        constructor({ name, epsilon = 1e-5 }: ExampleNormalizationConfig) {
          super(name === undefined ? {} : { name });
          this.epsilon = epsilon;
        }

        override build(shape: tfjs.Shape | tfjs.Shape[]): void {
          const channels = onlyShape(shape).at(-1)!;
          this.gamma = this.addWeight('gamma', [channels], 'float32', tf.initializers.ones());
          this.beta = this.addWeight('beta', [channels], 'float32', tf.initializers.zeros());
          this.built = true;
        }

        override call(inputs: Tensor | Tensor[]): Tensor {
          return tf.tidy(() => {
            const x = onlyInput(inputs);
            const dimensions = Array.from({ length: x.rank - 1 }, (_, i) => i + 1);
            const { mean, variance } = tf.moments(x, dimensions, true);
            const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, this.epsilon)));
            return tf.add(tf.mul(normal, this.gamma!.read()), this.beta!.read());
          });
        }

        override computeOutputShape(shape: tfjs.Shape | tfjs.Shape[]): tfjs.Shape {
          return onlyShape(shape);
        }

        override getConfig(): tfjs.serialization.ConfigDict {
          return { ...super.getConfig(), epsilon: this.epsilon };
        }
      },
  );
