import { loadFashionMnist } from '../data/fashion-mnist.js';
import { smallCnn } from '../models/small-cnn.js';
import { defineTask } from '../task.js';

/** The quickstart's task: a small convolutional network on part of Fashion-MNIST; about 15 seconds a trial on a core. */
export const fashionMnistSmallCnn = defineTask({
  name: 'fashion-mnist/small-cnn',
  description: 'small CNN on 12,000 images of Fashion-MNIST, 2 epochs',
  buildModel: (context) => smallCnn(context),
  loadData: (context) => loadFashionMnist(context, { train: 12_000, validation: 4_000, test: 4_000, seed: 1 }),
  training: { epochs: 2, batchSize: 128, optimizer: 'adam' },
});
