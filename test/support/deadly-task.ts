import { defineTask } from 'aquasurf';
import spirals from '../../examples/own-task.js';

/**
 * The two-spirals task, but tanh(x) takes the whole consumer along, as memory that runs out may: where its network is
 * built (`DEADLY=features`), or where its training begins (`DEADLY=training`).
 */
let built = '';

function die(when: 'features' | 'training'): void {
  if (process.env.DEADLY === when && built === 'tanh(x)') process.kill(process.ppid, 'SIGKILL');
}

export default defineTask({
  ...spirals,
  name: 'deadly-spirals',
  baselines: ['relu(x)', 'tanh(x)', 'elu(x)'],
  buildModel: (context) => {
    const activation = context.activation();
    // On numbers: then the network is built anew for each function.
    activation.apply(context.tf.zeros([1]));
    built = String(activation.getConfig().fn);
    die('features');
    return spirals.buildModel(context);
  },
  training: {
    ...spirals.training,
    optimizer: (tf) => {
      die('training');
      return tf.train.adam(0.01);
    },
  },
});
