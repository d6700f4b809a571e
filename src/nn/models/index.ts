import type * as tfjs from '@tensorflow/tfjs';
import type { BuildContext } from '../task.js';
import { allCnnC } from './all-cnn-c.js';
import { mobileViTv2 } from './mobilevitv2.js';
import { resnet56 } from './resnet-56.js';
import { smallCnn } from './small-cnn.js';

export interface ModelBuilder {
  build: (context: BuildContext, classes?: number) => tfjs.LayersModel;
  /** Of one input. */
  inputShape: number[];
}

/** Networks by the names that they have in docs/design.md section 5 and in the literature; 10 classes unless told otherwise. */
export const MODELS: Readonly<Record<string, ModelBuilder>> = {
  'small-cnn': { build: smallCnn, inputShape: [28, 28, 1] },
  'all-cnn-c': { build: allCnnC, inputShape: [32, 32, 3] },
  'resnet-56': { build: resnet56, inputShape: [32, 32, 3] },
  'mobilevitv2-0.5': {
    build: (context, classes = 10) => mobileViTv2(context, { classes }),
    inputShape: [160, 160, 3],
  },
};
