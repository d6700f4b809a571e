import { defineTask } from 'aquasurf';
import spirals from '../../examples/own-task.js';

/** The two-spirals task, but the training of tanh(x) and selu(x) throws, as a user's module may for some functions. */
let built = '';

export default defineTask({
  ...spirals,
  name: 'failing-spirals',
  buildModel: (context) => {
    built = String(context.activation().getConfig().fn);
    return spirals.buildModel(context);
  },
  training: {
    ...spirals.training,
    optimizer: (tf) => {
      if (built === 'tanh(x)' || built === 'selu(x)') throw new Error(`no training with ${built}`);
      return tf.train.adam(0.01);
    },
  },
});
