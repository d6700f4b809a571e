import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../../domain/operators/types.js';

/** What a layer took and what came back to it; both belong to the caller, who disposes of them. */
export interface LayerTrace {
  /** a: the layer's input [N, ...]. */
  input: Tensor;
  /** g = ∂L/∂(layer output) [N, ...]; undefined where the loss does not depend on the layer. */
  gradient: Tensor | undefined;
  outputShape: number[];
}

/**
 * Runs one forward and one backward pass and gives, for every layer asked for, its input and the gradient of the loss
 * with respect to its output, in the order of `layers`.
 *
 * Each layer's output goes through a tap: the identity z + 0·ε of the output and a scalar ε that all taps share, with a
 * gradient of its own that keeps dy. Differentiating with respect to ε alone makes the tape pass through every tap and
 * computes no gradient with respect to a weight. The layers' `call` is replaced for the time of the pass.
 * @param loss runs the model and gives the scalar L
 */
export function traceLayers(tf: Tf, layers: readonly tfjs.layers.Layer[], loss: () => Tensor): LayerTrace[] {
  const traces = layers.map((): Partial<LayerTrace> => ({}));
  const kept: Tensor[] = [];
  const keep = (tensor: Tensor): Tensor => {
    const copy = tf.keep(tf.clone(tensor));
    kept.push(copy);
    return copy;
  };
  try {
    tf.tidy(() => {
      const epsilon = tf.scalar(0);
      const pass = () =>
        withTaps(layers, loss, (index, input, output) => {
          const trace = traces[index]!;
          trace.input = keep(input);
          trace.outputShape = output.shape;
          const tap = tf.customGrad((z, _epsilon) => ({
            value: tf.clone(z as Tensor),
            gradFunc: (dy: Tensor) => {
              trace.gradient = keep(dy);
              return [dy, tf.scalar(0)];
            },
          }));
          return tap(output, epsilon);
        });
      tf.engine().gradients(pass, [epsilon], undefined, true);
    });
    return traces.map((trace) => ({ gradient: undefined, ...trace }) as LayerTrace);
  } catch (error) {
    tf.dispose(kept);
    throw error;
  }
}

type Call = tfjs.layers.Layer['call'];

/** Runs `body` while each layer's output is replaced by what `tap` makes of it. */
function withTaps<T>(
  layers: readonly tfjs.layers.Layer[],
  body: () => T,
  tap: (index: number, input: Tensor, output: Tensor) => Tensor,
): T {
  for (const [index, layer] of layers.entries()) {
    const call: Call = layer.call.bind(layer);
    layer.call = (inputs, options) => {
      const output = call(inputs, options) as Tensor;
      return tap(index, Array.isArray(inputs) ? inputs[0]! : inputs, output);
    };
  }
  try {
    return body();
  } finally {
    // The class's own method comes to light again.
    for (const layer of layers) Reflect.deleteProperty(layer, 'call');
  }
}
