import type * as tfjs from '@tensorflow/tfjs';
import { z } from 'zod';
import { AquasurfError } from '../../errors.js';
import { usesInModel } from './layer-uses.js';

interface CountedLayerBase {
  layer: tfjs.layers.Layer;
  name: string;
  useBias: boolean;
  /** Number of weights, biases included. */
  weights: number;
}
interface DenseLayer extends CountedLayerBase {
  kind: 'Dense';
}
/** Where the windows of a convolution lie. */
export interface Geometry {
  kernelSize: number;
  stride: number;
  padding: 'same' | 'valid';
}
export interface ConvolutionLayer extends CountedLayerBase, Geometry {
  kind: 'Conv2D' | 'DepthwiseConv2D';
}
/** A layer whose block of the Fisher information matrix is computed. */
export type CountedLayer = DenseLayer | ConvolutionLayer;

const denseConfig = z.object({ activation: z.string(), useBias: z.boolean() });
const convolutionConfig = denseConfig.extend({
  kernelSize: z.tuple([z.number(), z.number()]),
  strides: z.tuple([z.number(), z.number()]),
  padding: z.enum(['same', 'valid']),
  dataFormat: z.string(),
  dilationRate: z.union([z.number(), z.array(z.number())]),
  groups: z.number().default(1),
  depthMultiplier: z.number().default(1),
});

/**
 * The layers of a model that count towards its Fisher features, in model order, and the names of those that have
 * weights but do not count (batch normalisation, recurrent layers, ...).
 * @throws AquasurfError MODEL_UNSUPPORTED naming the layer and the mend where the model does not meet the requirements
 * of docs/design.md section 5
 */
export function countedLayers(model: tfjs.LayersModel): { counted: CountedLayer[]; ignored: string[] } {
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    throw unsupported('the model', `has ${model.inputs.length} inputs and ${model.outputs.length} outputs`, 'use one');
  }
  const uses = usesInModel(model);
  const counted: CountedLayer[] = [];
  const ignored: string[] = [];
  for (const layer of model.layers) {
    const count = countedLayer(layer, uses.get(layer) ?? 0);
    if (count) counted.push(count);
    else if (layer.weights.length > 0) ignored.push(layer.name);
  }
  if (counted.length === 0) {
    const mend = 'add one: only these have Fisher features';
    throw unsupported('the model', 'has no Conv2D, DepthwiseConv2D or Dense layer', mend);
  }
  return { counted, ignored };
}

function countedLayer(layer: tfjs.layers.Layer, uses: number): CountedLayer | undefined {
  const { name } = layer;
  if ('layers' in layer) {
    throw unsupported(`layer "${name}"`, 'is a model within the model', 'add its layers one by one');
  }
  const kind = layer.getClassName();
  if (kind !== 'Dense' && kind !== 'Conv2D' && kind !== 'DepthwiseConv2D') return undefined;
  const { activation, useBias } = denseConfig.parse(layer.getConfig());
  if (activation !== 'linear') {
    const mend = `leave \`activation\` out and add tf.layers.activation({ activation: '${activation}' }) after it`;
    throw unsupported(`layer "${name}"`, `contains the activation "${activation}"`, mend);
  }
  // Weights used at several places would need the sum over them, which K-FAC's factors do not cover.
  if (uses > 1) throw unsupported(`layer "${name}"`, `is used ${uses} times`, 'make a layer for each use');
  const base = { layer, name, useBias, weights: layer.countParams() };
  return kind === 'Dense' ? { kind, ...base } : { kind, ...base, ...checkedGeometry(layer) };
}

function checkedGeometry(layer: tfjs.layers.Layer): Geometry {
  const config = convolutionConfig.parse(layer.getConfig());
  const { kernelSize, strides, padding } = config;
  const refuse = (what: string, mend: string) => {
    throw unsupported(`layer "${layer.name}"`, what, mend);
  };
  if (kernelSize[0] !== kernelSize[1]) refuse(`has a ${kernelSize.join('×')} kernel`, 'use a square kernel');
  if (strides[0] !== strides[1]) refuse(`has strides ${strides.join('×')}`, 'use the same stride both ways');
  if (config.dataFormat !== 'channelsLast') refuse(`has the data format ${config.dataFormat}`, 'use channelsLast');
  if ([config.dilationRate].flat().some((rate) => rate !== 1)) refuse('is dilated', 'use the dilation rate 1');
  const groups = Math.max(config.groups, groupsOf(layer));
  if (groups !== 1) refuse(`has ${groups} groups`, 'use groups: 1, or a DepthwiseConv2D');
  if (config.depthMultiplier !== 1) refuse(`has the depth multiplier ${config.depthMultiplier}`, 'use 1');
  return { kernelSize: kernelSize[0], stride: strides[0], padding };
}

/** Input channels for each channel that a kernel [k, k, channels, ...] takes; tfjs has no option for it, subclasses may. */
function groupsOf(layer: tfjs.layers.Layer): number {
  const shape = layer.inboundNodes[0]?.inputShapes[0];
  const channels = Array.isArray(shape) ? shape.at(-1) : undefined;
  const taken = layer.weights[0]?.shape[2];
  return typeof channels === 'number' && typeof taken === 'number' ? channels / taken : 1;
}

const unsupported = (where: string, what: string, mend: string): AquasurfError =>
  new AquasurfError('MODEL_UNSUPPORTED', `Fisher features cannot be computed: ${where} ${what}; ${mend}`);
