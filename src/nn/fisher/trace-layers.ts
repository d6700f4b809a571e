import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../../domain/operators/types.js';
import { tapeGradients } from '../tape-gradients.js';
import type { InputGradient } from './input-gradient.js';
import { recomputing } from './recompute.js';

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
export function traceLayers(tf: Tf, layers: TracedLayers, loss: () => Tensor): LayerTrace[] {
  try {
    return traceOnce(tf, layers, loss, true);
  } catch (error) {
    // One gradient tensor served two inputs, and was given back for the first.
    if (!(error instanceof Error && /disposed/.test(error.message))) throw error;
    return traceOnce(tf, layers, loss, false);
  }
}

interface TracedLayers {
  layers: ReadonlyArray<{ layer: Layer; inputGradient?: InputGradient | undefined }>;
  /** Layers whose intermediate results are computed again for the backward pass. @defaultValue none */
  activations?: readonly Layer[];
}

function traceOnce(
  tf: Tf,
  { layers, activations = [] }: TracedLayers,
  loss: () => Tensor,
  frugal: boolean,
): LayerTrace[] {
  const traces = layers.map((): Partial<LayerTrace> => ({}));
  const kept: Tensor[] = [];
  const keep = (tensor: Tensor): Tensor => {
    const copy = tf.keep(tf.clone(tensor));
    kept.push(copy);
    return copy;
  };
  const tapped =
    (trace: Partial<LayerTrace>, call: Call, epsilon: Tensor): Call =>
    (inputs, options) => {
      const output = call(inputs, options) as Tensor;
      trace.input = keep(onlyTensor(inputs));
      trace.outputShape = output.shape;
      const tap = tf.customGrad((z, _epsilon) => ({
        value: tf.clone(z as Tensor),
        gradFunc: (g: Tensor) => {
          trace.gradient = keep(g);
          return [g, tf.scalar(0)];
        },
      }));
      return tap(output, epsilon);
    };
  /** The layer and its tap in one. */
  const passing =
    (trace: Partial<LayerTrace>, backward: InputGradient, call: Call, epsilon: Tensor): Call =>
    (inputs, options) => {
      const input = onlyTensor(inputs);
      trace.input = keep(input);
      const layer = tf.customGrad((x, _epsilon) => ({
        value: call(x as Tensor, options) as Tensor,
        gradFunc: (g: Tensor) => {
          trace.gradient = keep(g);
          const passed = tf.tidy(() => backward(g, input.shape));
          if (frugal) g.dispose();
          return [passed, tf.scalar(0)];
        },
      }));
      const output = layer(input, epsilon) as Tensor;
      trace.outputShape = output.shape;
      return output;
    };
  try {
    tf.tidy(() => {
      const epsilon = tf.scalar(0);
      const changes = new Map<Layer, (call: Call) => Call>([
        ...activations.map((layer) => [layer, recomputingCall(tf, frugal)] as const),
        ...layers.map(({ layer, inputGradient }, i) => {
          const trace = traces[i]!;
          const change = (call: Call) =>
            inputGradient ? passing(trace, inputGradient, call, epsilon) : tapped(trace, call, epsilon);
          return [layer, change] as const;
        }),
      ]);
      tapeGradients(tf, () => withCalls(changes, loss), [epsilon]);
    });
    return traces.map((trace) => ({ gradient: undefined, ...trace }) as LayerTrace);
  } catch (error) {
    tf.dispose(kept);
    throw error;
  }
}

type Layer = tfjs.layers.Layer;
type Call = Layer['call'];

const onlyTensor = (inputs: Tensor | Tensor[]): Tensor => (Array.isArray(inputs) ? inputs[0]! : inputs);

const recomputingCall =
  (tf: Tf, frugal: boolean) =>
  (call: Call): Call =>
  (inputs, options) =>
    recomputing(tf, (x) => call(x, options) as Tensor, frugal)(onlyTensor(inputs));

/** Runs `body` while the layers' calls are changed. */
function withCalls<T>(changes: ReadonlyMap<Layer, (call: Call) => Call>, body: () => T): T {
  for (const [layer, change] of changes) layer.call = change(layer.call.bind(layer));
  try {
    return body();
  } finally {
    // The class's own method comes to light again.
    for (const layer of changes.keys()) Reflect.deleteProperty(layer, 'call');
  }
}
