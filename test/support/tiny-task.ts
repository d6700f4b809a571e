import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { type DataSet, defineTask, type Split, type TaskDefinition } from '../../src/nn/task.js';

const CLASSES = 3;
const SHAPE = [6, 6, 1];

/** Noisy 6×6 images with a bright row, column or diagonal: learnt by a tiny network in one epoch. */
function stripes(rows: number, random: SeededRandom): Split {
  const inputs = new Float32Array(rows * 36);
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const label = random.integer(CLASSES);
    const offset = random.integer(6);
    labels[row] = label;
    for (let i = 0; i < 36; i++) inputs[row * 36 + i] = 0.3 * random.normal();
    for (let i = 0; i < 6; i++) {
      const at = [offset * 6 + i, i * 6 + offset, i * 6 + ((i + offset) % 6)][label]!;
      inputs[row * 36 + at] = inputs[row * 36 + at]! + 1;
    }
  }
  return { inputs, labels, rows };
}

export function tinyData(sizes: { train?: number; validation?: number; test?: number } = {}): DataSet {
  const random = new SeededRandom('stripes');
  const { train = 200, validation = 90, test = 70 } = sizes;
  return {
    inputShape: SHAPE,
    classes: CLASSES,
    train: stripes(train, random),
    validation: stripes(validation, random),
    test: stripes(test, random),
  };
}

/** A task with a convolution, dropout and two dense layers that trains in a fraction of a second. */
export function tinyTask(changes: Partial<TaskDefinition> = {}): TaskDefinition {
  return defineTask({
    name: 'tiny',
    buildModel: ({ tf, activation }) =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({ inputShape: SHAPE, filters: 4, kernelSize: 3, padding: 'same' }),
          activation(),
          tf.layers.maxPooling2d({ poolSize: 2 }),
          tf.layers.flatten(),
          tf.layers.dropout({ rate: 0.2 }),
          tf.layers.dense({ units: 12 }),
          activation(),
          tf.layers.dense({ units: CLASSES }),
          tf.layers.activation({ activation: 'softmax' }),
        ],
      }),
    loadData: () => tinyData(),
    training: { epochs: 3, batchSize: 32, optimizer: 'adam', learningRate: 0.02 },
    ...changes,
  });
}
