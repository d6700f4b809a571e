import type * as tfjs from '@tensorflow/tfjs';
import { z } from 'zod';
import { AquasurfError } from '../../errors.js';

interface CountedLayerBase {
  layer: tfjs.layers.Layer;
  name: string;
  useBias: boolean;
  /** Number of weights, biases included. */
  weights: number;
}
export interface DenseLayer extends CountedLayerBase {
  kind: 'Dense';
}
export interface Conv2DLayer extends CountedLayerBase {
  kind: 'Conv2D';
  kernelSize: number;
  stride: number;
  padding: 'same' | 'valid';
}
/** A layer whose block of the Fisher information matrix is computed. */
export type CountedLayer = DenseLayer | Conv2DLayer;

const denseConfig = z.object({ activation: z.string(), useBias: z.boolean() });
const convConfig = denseConfig.extend({
  kernelSize: z.tuple([z.number(), z.number()]),
  strides: z.tuple([z.number(), z.number()]),
  padding: z.enum(['same', 'valid']),
  dataFormat: z.string(),
  dilationRate: z.union([z.number(), z.array(z.number())]),
});

/**
 * The layers of a model that count towards its Fisher features, in model order, and the names of those that have
 * weights but do not count (batch normalisation, recurrent layers, ...).
 * @throws AquasurfError MODEL_UNSUPPORTED naming the layer and the mend where the model does not meet the requirements
 * of DESIGN.md section 5
 */
export function countedLayers(model: tfjs.LayersModel): { counted: CountedLayer[]; ignored: string[] } {
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    throw unsupported('the model', `has ${model.inputs.length} inputs and ${model.outputs.length} outputs`, 'use one');
  }
  const counted: CountedLayer[] = [];
  const ignored: string[] = [];
  for (const layer of model.layers) {
    const count = countedLayer(layer);
    if (count) counted.push(count);
    else if (layer.weights.length > 0) ignored.push(layer.name);
  }
  if (counted.length === 0) {
    throw unsupported('the model', 'has no Conv2D and no Dense layer', 'add one: only these have Fisher features');
  }
  return { counted, ignored };
}

function countedLayer(layer: tfjs.layers.Layer): CountedLayer | undefined {
  const { name } = layer;
  if ('layers' in layer)
    throw unsupported(`layer "${name}"`, 'is a model within the model', 'add its layers one by one');
  switch (layer.getClassName()) {
    case 'Dense': {
      const { activation, useBias } = denseConfig.parse(layer.getConfig());
      requireOwnActivation(name, activation);
      requireSingleUse(layer);
      return { kind: 'Dense', layer, name, useBias, weights: layer.countParams() };
    }
    case 'Conv2D': {
      const { activation, useBias, ...config } = convConfig.parse(layer.getConfig());
      requireOwnActivation(name, activation);
      requireSingleUse(layer);
      const { kernelSize, strides, padding, dataFormat } = config;
      const refuse = (what: string, mend: string) => {
        throw unsupported(`layer "${name}"`, what, mend);
      };
      if (kernelSize[0] !== kernelSize[1]) refuse(`has a ${kernelSize.join('×')} kernel`, 'use a square kernel');
      if (strides[0] !== strides[1]) refuse(`has strides ${strides.join('×')}`, 'use the same stride both ways');
      if (dataFormat !== 'channelsLast') refuse(`has the data format ${dataFormat}`, 'use channelsLast');
      if ([config.dilationRate].flat().some((rate) => rate !== 1)) refuse('is dilated', 'use the dilation rate 1');
      const geometry = { kernelSize: kernelSize[0], stride: strides[0], padding };
      return { kind: 'Conv2D', layer, name, useBias, weights: layer.countParams(), ...geometry };
    }
    case 'DepthwiseConv2D':
      throw unsupported(`layer "${name}"`, 'is a DepthwiseConv2D', 'use Conv2D for now: support for it follows');
    default:
      return undefined;
  }
}

function requireOwnActivation(name: string, activation: string): void {
  if (activation === 'linear') return;
  const mend = `leave \`activation\` out and add tf.layers.activation({ activation: '${activation}' }) after it`;
  throw unsupported(`layer "${name}"`, `contains the activation "${activation}"`, mend);
}

/** Weights used at several places would need the sum over them, which K-FAC's factors do not cover. */
function requireSingleUse(layer: tfjs.layers.Layer): void {
  const uses = layer.inboundNodes.length;
  if (uses > 1) throw unsupported(`layer "${layer.name}"`, `is used ${uses} times`, 'make a layer for each use');
}

const unsupported = (where: string, what: string, mend: string): AquasurfError =>
  new AquasurfError('MODEL_UNSUPPORTED', `Fisher features cannot be computed: ${where} ${what}; ${mend}`);
