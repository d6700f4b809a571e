import { power, powersOfAll } from '../special-functions/power.js';
import { power as tensorPower } from './tensor/power.js';
import { sameShape } from './tensor/same-shape.js';
import type { BinaryOperator } from './types.js';

/** a + b. */
export const add: BinaryOperator = {
  name: 'add',
  arity: 2,
  symmetric: 'all',
  evaluate: (a, b) => a + b,
  tensor: (tf, a, b) => tf.add(a, b),
};

/** a - b. */
export const sub: BinaryOperator = {
  name: 'sub',
  arity: 2,
  evaluate: (a, b) => a - b,
  tensor: (tf, a, b) => tf.sub(a, b),
};

/** a·b. */
export const mul: BinaryOperator = {
  name: 'mul',
  arity: 2,
  symmetric: 'all',
  evaluate: (a, b) => a * b,
  tensor: (tf, a, b) => tf.mul(a, b),
};

/** a/b; ±∞ for b = 0, NaN for 0/0. */
export const div: BinaryOperator = {
  name: 'div',
  arity: 2,
  evaluate: (a, b) => a / b,
  tensor: (tf, a, b) => tf.div(a, b),
};

/** a to the power b by IEEE 754, section 9.2.1; NaN for a < 0 with fractional b. */
export const pow: BinaryOperator = {
  name: 'pow',
  arity: 2,
  evaluate: power,
  vectorLoop: () => {
    const loop = powersOfAll();
    return ([a, b], out) => loop(a!, b!, out);
  },
  tensor: tensorPower,
};

/** The larger; NaN where either is NaN, and the second of equals, so that max(0, -0) = -0 as in TensorFlow. */
export const max: BinaryOperator = {
  name: 'max',
  arity: 2,
  symmetric: 'all',
  evaluate: (a, b) => (a > b || Number.isNaN(a) ? a : b),
  tensor: (tf, a, b) => tf.maximum(...sameShape(tf, a, b)),
};

/** The smaller; NaN where either is NaN, and the second of equals, so that min(-0, 0) = 0 as in TensorFlow. */
export const min: BinaryOperator = {
  name: 'min',
  arity: 2,
  symmetric: 'all',
  evaluate: (a, b) => (a < b || Number.isNaN(a) ? a : b),
  tensor: (tf, a, b) => tf.minimum(...sameShape(tf, a, b)),
};
