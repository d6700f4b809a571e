import type * as tfjs from '@tensorflow/tfjs';
import { countedLayers } from './fisher/counted-layers.js';

/** A layer of a network, for people. */
export interface TaskLayer {
  layer: string;
  /** The class, e.g. `Conv2D`. */
  kind: string;
  /** Of one example's output; null where it is not fixed. */
  shape: Array<number | null>;
  /** Number of trained weights, biases included; averages that batch normalisation keeps do not count. */
  weights: number;
  /** Whether the layer counts towards Fisher features; layers with weights that do not are left out. */
  counted: boolean;
}

/**
 * What a model is made of, in model order.
 * @throws AquasurfError MODEL_UNSUPPORTED where Fisher features could not be computed
 */
export function taskLayers(model: tfjs.LayersModel): TaskLayer[] {
  const counted = new Set(countedLayers(model).counted.map(({ layer }) => layer));
  return model.layers.map((layer) => {
    const shapes = [layer.outputShape].flat(2);
    return {
      layer: layer.name,
      kind: layer.getClassName(),
      shape: shapes.slice(1),
      weights: layer.trainableWeights.reduce(
        (sum, weight) => sum + weight.shape.reduce<number>((a, b) => a * b!, 1),
        0,
      ),
      counted: counted.has(layer),
    };
  });
}
