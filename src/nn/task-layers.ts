import type * as tfjs from '@tensorflow/tfjs';

/** A layer of a task's network, for people. */
export interface TaskLayer {
  layer: string;
  /** The class, e.g. `Conv2D`. */
  kind: string;
  /** Of one example's output; null where it is not fixed. */
  shape: Array<number | null>;
  /** Number of weights, biases included. */
  weights: number;
}

/** What a model is made of, in model order. */
export function taskLayers(model: tfjs.LayersModel): TaskLayer[] {
  return model.layers.map((layer) => {
    const shapes = [layer.outputShape].flat(2);
    return {
      layer: layer.name,
      kind: layer.getClassName(),
      shape: shapes.slice(1),
      weights: layer.countParams(),
    };
  });
}
