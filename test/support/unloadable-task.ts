import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineTask } from 'aquasurf';
import spirals from '../../examples/own-task.js';

/**
 * The two-spirals task, whose data cannot be loaded while there is a file `no-data` in FAULTS_FOLDER, and whose training
 * of tanh(x) and network of selu(x) throw.
 */
let built = '';

export default defineTask({
  ...spirals,
  name: 'unloadable-spirals',
  loadData: (context) => {
    if (existsSync(join(process.env.FAULTS_FOLDER ?? '', 'no-data'))) throw new Error('the disk with the data is away');
    return spirals.loadData!(context);
  },
  buildModel: (context) => {
    built = String(context.activation().getConfig().fn);
    if (built === 'selu(x)') throw new Error('no network with selu(x)');
    return spirals.buildModel!(context);
  },
  training: {
    ...spirals.training!,
    optimizer: (tf) => {
      if (built === 'tanh(x)') throw new Error('no training with tanh(x)');
      return tf.train.adam(0.01);
    },
  },
});
