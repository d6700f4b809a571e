import { loadFashionMnist } from '../data/fashion-mnist.js';
import { standardize } from '../data/standardize.js';
import { deepDense } from '../models/deep-dense.js';
import { defineTask } from '../task.js';

/**
 * The task of the tabular benchmark (docs/benchmark.md): 60 steps of training, half a second on a core, so that all
 * functions of a space can be trained several times; deep, and validated on many images, so that functions differ by
 * much more than seeds do.
 */
export const fashionMnistTiny = defineTask({
  name: 'fashion-mnist/tiny',
  description: 'twelve dense layers of 64 on 5,120 images of Fashion-MNIST, 3 epochs',
  buildModel: (context) => deepDense(context),
  loadData: async (context) =>
    standardize(await loadFashionMnist(context, { train: 5120, validation: 20_000, test: 5000, seed: 2 })),
  training: {
    epochs: 3,
    batchSize: 256,
    evaluationBatchSize: 1000,
    optimizer: 'adam',
    learningRate: 0.002,
    learningRateDecay: 'linear',
  },
});
