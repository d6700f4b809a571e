import type { Expression } from '../expression/expression.js';
import { ExpressionError } from '../expression/expression-error.js';
import { ALL_OPERATORS, findOperator } from '../operators/index.js';
import type { OperatorSet } from '../operators/types.js';

/** Smaller numbers are 0 to TensorFlow, which flushes denormals. */
const SMALLEST = 2 ** -126;

/** As TensorFlow holds a number. */
const rounded = (value: number): number => (Math.abs(value) < SMALLEST ? 0 : Math.fround(value));

/**
 * The values of a function as float32 arithmetic gives them, with every operator computed exactly and rounded to float32:
 * the twin of `evaluate` that shows what merges only in float64. (TensorFlow's own kernels err by some units more.)
 * @param x n values
 * @param operators @defaultValue ALL_OPERATORS
 */
export function evaluateFloat32(
  expression: Expression,
  x: ArrayLike<number>,
  operators: OperatorSet = ALL_OPERATORS,
): Float32Array {
  if (expression.kind === 'x') return Float32Array.from(x, rounded);
  const operator = findOperator(operators, expression.operator);
  if (operator === undefined) {
    throw new ExpressionError('operator', `operator set "${operators.name}" has no operator "${expression.operator}"`);
  }
  const args = expression.args.map((arg) => evaluateFloat32(arg, x, operators));
  const [a, b] = args;
  switch (operator.arity) {
    case 1:
      return a!.map((value) => rounded(operator.evaluate(value)));
    case 2:
      return a!.map((value, i) => rounded(operator.evaluate(value, b![i]!)));
    case 'n':
      return nary(args, operator.evaluate);
  }
}

/** Sums and products round after each of their steps. */
function nary(args: readonly Float32Array[], evaluate: (args: ArrayLike<number>) => number): Float32Array {
  return args
    .slice(1)
    .reduce((left, right) => left.map((value, i) => rounded(evaluate([value, right[i]!]))), args[0]!.slice());
}
