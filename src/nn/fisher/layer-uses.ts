import type * as tfjs from '@tensorflow/tfjs';

/**
 * How often each layer is applied between a model's inputs and outputs. Uses outside this model, where a layer is shared
 * with another one, do not count.
 */
export function usesInModel(model: tfjs.LayersModel): Map<tfjs.layers.Layer, number> {
  const inputs = new Set(model.inputs);
  const seen = new Map<tfjs.layers.Layer, Set<number>>();
  const open = [...model.outputs];
  for (let tensor = open.pop(); tensor !== undefined; tensor = open.pop()) {
    const { sourceLayer, nodeIndex } = tensor;
    const nodes = seen.get(sourceLayer) ?? new Set();
    if (nodes.has(nodeIndex)) continue;
    seen.set(sourceLayer, nodes.add(nodeIndex));
    if (!inputs.has(tensor)) open.push(...(sourceLayer.inboundNodes[nodeIndex]?.inputTensors ?? []));
  }
  return new Map([...seen].map(([layer, nodes]) => [layer, nodes.size]));
}
