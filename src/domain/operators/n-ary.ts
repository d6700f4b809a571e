import { add, max, min, mul } from './binary.js';
import type { BinaryOperator, NaryOperator } from './types.js';

/** The n-ary operator that applies a binary one from left to right: (((a₁ ∘ a₂) ∘ a₃) ...). One argument is itself. */
function fold(name: string, { evaluate, tensor }: BinaryOperator, symmetric: 'all' | 'first two'): NaryOperator {
  return {
    name,
    arity: 'n',
    symmetric,
    evaluate: (args) => {
      let result = args[0]!;
      for (let i = 1; i < args.length; i++) result = evaluate(result, args[i]!);
      return result;
    },
    tensor: (tf, [first, ...others]) => others.reduce((result, arg) => tensor(tf, result, arg), tf.clone(first!)),
  };
}

/** a₁ + ... + aₙ; +0 also where all are -0, as in TensorFlow. */
export const sumN: NaryOperator = {
  ...fold('sum_n', add, 'first two'),
  evaluate: (args) => {
    let sum = 0;
    for (let i = 0; i < args.length; i++) sum += args[i]!;
    return sum;
  },
};

/** a₁ · ... · aₙ. */
export const prodN: NaryOperator = fold('prod_n', mul, 'first two');

/** The largest; NaN where any is NaN. */
export const maxN: NaryOperator = fold('max_n', max, 'all');

/** The smallest; NaN where any is NaN. */
export const minN: NaryOperator = fold('min_n', min, 'all');
