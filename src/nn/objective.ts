import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../domain/operators/types.js';

/** Mean loss over a batch; `labels` are one-hot [batch, classes]. */
export type Loss = 'categoricalCrossentropy' | ((labels: Tensor, predictions: Tensor) => Tensor);

export interface Objective {
  /**
   * Forward pass: the mean loss, a scalar, and scores [batch, classes], whose largest is the predicted class. To be
   * called inside tf.tidy.
   */
  evaluate(inputs: Tensor, labels: Tensor, options: { training: boolean }): { loss: Tensor; scores: Tensor };
}

/** Keeps logarithms finite where probabilities are all there is; Keras has the same. */
const SMALLEST_PROBABILITY = 1e-7;

/**
 * What a model is trained for. Where it ends in a softmax layer, the cross-entropy is taken on the logits before that,
 * as Keras does: on probabilities it must be cut off at 1e-7, and an example that the network gets very wrong, which
 * explosive functions bring about, would have no gradient.
 */
export function createObjective(tf: Tf, model: tfjs.LayersModel, loss: Loss): Objective {
  if (loss !== 'categoricalCrossentropy') {
    return {
      evaluate: (inputs, labels, options) => {
        const scores = model.apply(inputs, options) as Tensor;
        return { loss: tf.reshape(loss(labels, scores), []), scores };
      },
    };
  }
  const logits = logitsOf(model);
  const network = logits ? tf.model({ inputs: model.inputs, outputs: logits }) : model;
  return {
    evaluate: (inputs, labels, options) => {
      const scores = network.apply(inputs, options) as Tensor;
      const logProbabilities = logits ? tf.logSoftmax(scores) : clippedLog(tf, scores);
      return { loss: tf.neg(tf.mean(tf.sum(tf.mul(labels, logProbabilities), -1))), scores };
    },
  };
}

const clippedLog = (tf: Tf, probabilities: Tensor): Tensor =>
  tf.log(
    tf.clipByValue(
      tf.div(probabilities, tf.sum(probabilities, -1, true)),
      SMALLEST_PROBABILITY,
      1 - SMALLEST_PROBABILITY,
    ),
  );

/** What the model's last layer takes, if that layer is a softmax over the last dimension. */
function logitsOf(model: tfjs.LayersModel): tfjs.SymbolicTensor | undefined {
  const output = model.outputs[0]!;
  const layer = output.sourceLayer;
  const { activation, axis } = layer.getConfig();
  const last = output.shape.length - 1;
  const isSoftmax =
    (layer.getClassName() === 'Activation' && activation === 'softmax') ||
    (layer.getClassName() === 'Softmax' && (axis === -1 || axis === last));
  const node = layer.inboundNodes[output.nodeIndex];
  return isSoftmax ? node?.inputTensors[0] : undefined;
}
