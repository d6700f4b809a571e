import { type DataSet, defineTask, type Split } from 'aquasurf';

/**
 * A task of one's own: tell two spirals apart with a small dense network. From the root of a clone:
 *
 *   npx aquasurf study create spirals --tasks examples/own-task.ts --task two-spirals --space 'unary(unary(x))'
 *   npx aquasurf worker --tasks examples/own-task.ts
 *
 * In a project of yours it is a file of your tasks folder, or aquasurf.config.ts, which is found without --tasks.
 */
export default defineTask({
  name: 'two-spirals',
  description: 'two interleaved spirals in the plane, three dense layers',

  // tf comes from aquasurf: importing tfjs here would load a second copy of it.
  buildModel: ({ tf, activation }) =>
    tf.sequential({
      layers: [
        tf.layers.dense({ units: 24, inputShape: [2] }),
        activation(),
        tf.layers.dense({ units: 24 }),
        activation(),
        tf.layers.dense({ units: 2 }),
        tf.layers.softmax(),
      ],
    }),

  loadData: (): DataSet => ({
    inputShape: [2],
    classes: 2,
    train: spirals(600, 0),
    validation: spirals(300, 0.3),
    test: spirals(300, 0.6),
  }),

  training: { epochs: 10, batchSize: 50, optimizer: 'adam', learningRate: 0.01 },
  fisher: { batchSize: 50 },
});

/** Points along two spirals; `shift` moves the points of one split between those of another. */
function spirals(rows: number, shift: number): Split {
  const inputs = new Float32Array(rows * 2);
  const labels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    const label = i % 2;
    const turn = (1 + (i + shift) / rows) * 1.5 * Math.PI;
    const radius = turn / (3 * Math.PI);
    inputs[2 * i] = radius * Math.cos(turn + label * Math.PI);
    inputs[2 * i + 1] = radius * Math.sin(turn + label * Math.PI);
    labels[i] = label;
  }
  return { inputs, labels, rows };
}
