import { defineOperators } from 'aquasurf';
import twoSpirals from './own-task.js';

/**
 * An operator of one's own, which parses, trains and takes part in schemas, beside a task. From the root of a clone:
 *
 *   npx aquasurf study create snakes --tasks examples/own-operator.ts --task two-spirals --operators snakes \
 *     --space 'unary(x)' 'max(snake(x),tanh(x))'
 *   npx aquasurf worker --tasks examples/own-operator.ts
 *
 * The gradient of the tensor form is checked against finite differences of the numeric form. docs/operators.md says more.
 */
const snakes = defineOperators({
  name: 'snakes',
  version: 1,
  extends: 'standard',
  unary: [
    {
      // x + sin² x (Ziyin et al. 2020, "Neural Networks Fail to Learn Periodic Functions").
      name: 'snake',
      evaluate: (x) => x + Math.sin(x) ** 2,
      // tf comes from aquasurf: importing tfjs here would load a second copy of it.
      tensor: (tf, x) => tf.add(x, tf.square(tf.sin(x))),
      code: { torch: '{x} + torch.sin({x}) ** 2' },
    },
  ],
});

export default [snakes, twoSpirals];
