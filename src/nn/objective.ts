import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../domain/operators/types.js';
import { AquasurfError } from '../errors.js';
import { probabilityFault } from './probability-fault.js';

/** Mean loss over a batch; `labels` are one-hot [batch, classes]. */
export type Loss = 'categoricalCrossentropy' | ((labels: Tensor, predictions: Tensor) => Tensor);

export interface Objective {
  /**
   * Forward pass: the mean loss, a scalar, and scores [batch, classes], whose largest is the predicted class. To be
   * called inside tf.tidy.
   * @throws AquasurfError TASK_INVALID (MODEL_UNSUPPORTED for a model without a task) where the scores are not of the
   * labels' shape, or a loss of one's own gives no scalar
   */
  evaluate(inputs: Tensor, labels: Tensor, options: { training: boolean }): { loss: Tensor; scores: Tensor };
  /**
   * Where the loss takes the scores for probabilities: refuses such as are none. It reads them, so that the device waits.
   * @throws AquasurfError TASK_INVALID (MODEL_UNSUPPORTED for a model without a task) naming the last layer and the mend
   */
  checkScores(scores: Tensor): void;
}

/** Keeps logarithms finite where probabilities are all there is; Keras has the same. */
const SMALLEST_PROBABILITY = 1e-7;

/**
 * What a model is trained for. Where it ends in a softmax layer, the cross-entropy is taken on the logits before that,
 * as Keras does: on probabilities it must be cut off at 1e-7, and an example that the network gets very wrong, which
 * explosive functions bring about, would have no gradient.
 * @param task the name of the task that the model is of, for messages
 * @throws AquasurfError TASK_INVALID (MODEL_UNSUPPORTED for a model without a task) for a softmax over another dimension
 */
export function createObjective(tf: Tf, model: tfjs.LayersModel, loss: Loss, task?: string): Objective {
  const invalid = (what: string) =>
    task === undefined
      ? new AquasurfError('MODEL_UNSUPPORTED', what)
      : new AquasurfError('TASK_INVALID', `task ${task}: ${what}`);
  const scoresOf = (network: tfjs.LayersModel, inputs: Tensor, labels: Tensor, options: { training: boolean }) => {
    const scores = network.apply(inputs, options) as Tensor;
    if (scores.shape.join() === labels.shape.join()) return scores;
    throw invalid(`the model gives [${scores.shape}] for labels of shape [${labels.shape}]; expected the same shape`);
  };
  if (loss !== 'categoricalCrossentropy') {
    return {
      evaluate: (inputs, labels, options) => {
        const scores = scoresOf(model, inputs, labels, options);
        const value: unknown = loss(labels, scores);
        if (value instanceof tf.Tensor && value.size === 1) return { loss: tf.reshape(value, []), scores };
        const given = value instanceof tf.Tensor ? `a tensor of shape [${value.shape}]` : String(value);
        throw invalid(`the loss gives ${given}; it must give the mean over the batch, a scalar: tf.mean(...)`);
      },
      checkScores: () => {},
    };
  }
  const last = model.outputs[0]!.sourceLayer;
  const axes = softmaxAxes(model);
  // Over a single other one tfjs has none, and says so only when it meets numbers.
  if (axes?.length === 1 && !isLast(axes, model)) {
    throw invalid(`layer "${last.name}" is a softmax over another dimension than the last; leave its \`axis\` out`);
  }
  const logits = logitsOf(model);
  const network = logits ? tf.model({ inputs: model.inputs, outputs: logits }) : model;
  return {
    evaluate: (inputs, labels, options) => {
      const scores = scoresOf(network, inputs, labels, options);
      const logProbabilities = logits ? tf.logSoftmax(scores) : clippedLog(tf, scores);
      return { loss: tf.neg(tf.mean(tf.sum(tf.mul(labels, logProbabilities), -1))), scores };
    },
    checkScores: (scores) => {
      const fault = logits ? undefined : probabilityFault(scores.dataSync(), scores.shape.at(-1)!);
      if (!fault) return;
      throw invalid(
        `the model ends in layer "${last.name}" (${last.getClassName()}), which gives no class probabilities: ${fault}; ` +
          'add tf.layers.softmax() as the last layer, or use a loss of your own',
      );
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
  const axes = softmaxAxes(model);
  return axes && isLast(axes, model) ? output.sourceLayer.inboundNodes[output.nodeIndex]?.inputTensors[0] : undefined;
}

/** The dimensions that the softmax at the end of a model is over; undefined where there is none. */
function softmaxAxes(model: tfjs.LayersModel): unknown[] | undefined {
  const layer = model.outputs[0]!.sourceLayer;
  const { activation, axis } = layer.getConfig();
  if (layer.getClassName() === 'Softmax') return [axis].flat();
  return layer.getClassName() === 'Activation' && activation === 'softmax' ? [-1] : undefined;
}

const isLast = ([axis, ...others]: unknown[], model: tfjs.LayersModel): boolean =>
  others.length === 0 && (axis === -1 || axis === model.outputs[0]!.shape.length - 1);
