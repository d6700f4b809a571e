import { join } from 'node:path';
import { withFileLock } from '../../file-lock.js';
import type { DataContext, DataSet, Split } from '../task.js';
import { CLASSES, FASHION_MNIST_PACKAGE, fetchImages, type ImagePackage } from './fashion-mnist-package.js';
import { type LabelledImages, readImageFile, writeImageFile } from './image-file.js';
import { stratifiedSplit } from './stratified-split.js';

interface FashionMnistSizes {
  /** Numbers of images, multiples of 10: the classes are balanced. Training and validation: at most 60,000 together. */
  train: number;
  validation: number;
  /** At most 10,000. */
  test: number;
  /** Of the choice of images and their order. */
  seed: number;
}

/** The first so many images of each class are the pool of test images, the other 6,000 that of the rest. */
const TEST_POOL = 1000;

/**
 * A balanced part of Fashion-MNIST: 28×28×1 inputs from 0 to 1, 10 classes. The set is downloaded at the first use of a
 * cache folder and kept there as one file; processes that start at once wait for one of them to make it, and a damaged
 * file is made again.
 * @throws AquasurfError DATA_SET_UNAVAILABLE with the mend
 */
export async function loadFashionMnist(
  context: DataContext,
  sizes: FashionMnistSizes,
  source: ImagePackage = FASHION_MNIST_PACKAGE,
): Promise<DataSet> {
  const images = await cachedImages(context, source);
  const training: number[][] = [];
  const testing: number[][] = [];
  for (let label = 0; label < CLASSES; label++) {
    const own: number[] = [];
    for (let i = 0; i < images.count; i++) if (images.labels[i] === label) own.push(i);
    testing.push(own.slice(0, TEST_POOL));
    training.push(own.slice(TEST_POOL));
  }
  const [train, validation] = stratifiedSplit(training, [sizes.train, sizes.validation], sizes.seed);
  const [test] = stratifiedSplit(testing, [sizes.test], sizes.seed);
  return {
    inputShape: [28, 28, 1],
    classes: CLASSES,
    train: pick(images, train!),
    validation: pick(images, validation!),
    test: pick(images, test!),
  };
}

async function cachedImages({ cacheDir, notify }: DataContext, source: ImagePackage): Promise<LabelledImages> {
  const folder = join(cacheDir, 'data');
  const file = join(folder, 'fashion-mnist-1.images');
  const ready = await readImageFile(file);
  if (ready) return ready;
  const onWait = () => notify('Fashion-MNIST: another process is preparing it, waiting');
  return withFileLock(`${file}.lockfile`, { onWait }, async () => {
    const meanwhile = await readImageFile(file);
    if (meanwhile) return meanwhile;
    const images = await fetchImages(folder, source, notify);
    await writeImageFile(file, images);
    return images;
  });
}

function pick({ pixels, labels, size }: LabelledImages, indices: number[]): Split {
  const inputs = new Float32Array(indices.length * size);
  for (const [row, index] of indices.entries()) {
    for (let i = 0; i < size; i++) inputs[row * size + i] = pixels[index * size + i]! / 255;
  }
  return { inputs, labels: Int32Array.from(indices, (index) => labels[index]!), rows: indices.length };
}
