import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor, Tf } from '../../src/domain/operators/types.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { createActivationFunction } from '../../src/nn/activation-function.js';
import type { Node, Value, Weights } from './plain-layers.js';

/**
 * A network of nodes in tfjs and for the plain loops, with the same random weights, inputs and labels.
 * @param spread standard deviation of the weights
 */
export function networkPair(tf: Tf, nodes: readonly Node[], inputShape: number[], batch = 3, spread = 0.5) {
  const random = new SeededRandom('plain network');
  const tensors = new Map<string, tfjs.SymbolicTensor>([['input', tf.input({ shape: inputShape })]]);
  let previous = 'input';
  for (const node of nodes) {
    const from = (node.from ?? [previous]).map((name) => tensors.get(name)!);
    tensors.set(node.name, toLayer(tf, node).apply(from.length === 1 ? from[0]! : from) as tfjs.SymbolicTensor);
    previous = node.name;
  }
  const output = tf.layers.softmax({ axis: -1 }).apply(tensors.get(previous)!) as tfjs.SymbolicTensor;
  const model = tf.model({ inputs: tensors.get('input')!, outputs: output });
  const weights: Weights = {};
  for (const layer of model.layers) {
    if (layer.weights.length === 0) continue;
    const values = layer.weights.map(({ shape, name }) =>
      Array.from({ length: (shape as number[]).reduce((a, b) => a * b, 1) }, () =>
        Math.fround(/variance/.test(name) ? 0.5 + random.next() : spread * random.normal()),
      ),
    );
    tf.tidy(() => layer.setWeights(values.map((v, i) => tf.tensor(v, layer.weights[i]!.shape as number[]))));
    weights[layer.name] = values;
  }
  const size = inputShape.reduce((a, b) => a * b, 1);
  const examples = Array.from(
    { length: batch },
    (): Value => ({ shape: inputShape, data: Array.from({ length: size }, () => Math.fround(random.normal())) }),
  );
  const classes = model.outputs[0]!.shape.at(-1)!;
  const labels = Array.from({ length: batch }, () => random.integer(classes));
  const inputs = tf.tensor(
    examples.flatMap(({ data }) => data),
    [batch, ...inputShape],
  );
  return { model, weights, examples, labels, inputs };
}

function toLayer(tf: Tf, node: Node): tfjs.layers.Layer {
  const { layers } = tf;
  const { name } = node;
  switch (node.kind) {
    case 'conv':
    case 'depthwise': {
      const geometry = { kernelSize: node.k, strides: node.stride, padding: node.padding, useBias: node.bias, name };
      if (node.kind === 'depthwise') return layers.depthwiseConv2d(geometry);
      return layers.conv2d({ ...geometry, filters: node.filters });
    }
    case 'dense':
      return layers.dense({ units: node.units, useBias: node.bias, name });
    case 'batchNorm':
      return layers.batchNormalization({ name });
    case 'layerNorm':
      return layers.layerNormalization({ name });
    case 'tanh':
      return createActivationFunction(tf, { fn: 'tanh(x)', name });
    case 'flatten':
      return layers.flatten({ name });
    case 'dropout':
      return layers.dropout({ rate: 0.5, name });
    case 'add':
      return layers.add({ name });
    case 'concat':
      return layers.concatenate({ name });
    case 'globalAverage':
      return layers.globalAveragePooling2d({ name });
    case 'maxPool':
      return layers.maxPooling2d({ poolSize: node.size, name });
    case 'averagePool':
      return layers.averagePooling2d({ poolSize: node.size, name });
    case 'attention':
      return new (attentionLayer(tf))({ name });
  }
}

/** softmax(q kᵀ) v, without weights. */
function attentionLayer(tf: Tf) {
  return class Attention extends tf.layers.Layer {
    static readonly className = 'Attention';
    override call(inputs: Tensor | Tensor[]): Tensor {
      const [q, k, v] = inputs as [Tensor, Tensor, Tensor];
      return tf.tidy(() => tf.matMul(tf.softmax(tf.matMul(q, k, false, true)), v));
    }
    override computeOutputShape(shapes: tfjs.Shape | tfjs.Shape[]): tfjs.Shape {
      return (shapes as tfjs.Shape[])[2]!;
    }
  };
}
