import type { Expression } from '../expression/expression.js';
import { ExpressionError } from '../expression/expression-error.js';
import { ALL_OPERATORS, findOperator } from '../operators/index.js';
import type { OperatorSet } from '../operators/types.js';

/**
 * The values of a function, in float64 by IEEE 754: nothing throws, 1/0 is ±∞, ∞ - ∞ is NaN. Evaluated operator by
 * operator over all of x.
 * @param x n values
 * @param operators @defaultValue ALL_OPERATORS
 * @returns n values, an array of their own
 * @throws ExpressionError for an expression that was not parsed with these operators
 */
export function evaluate(
  expression: Expression,
  x: ArrayLike<number>,
  operators: OperatorSet = ALL_OPERATORS,
): Float64Array {
  return evaluateNode(expression, Float64Array.from(x), operators);
}

/** May return `x` itself for the expression x. */
function evaluateNode(expression: Expression, x: Float64Array, operators: OperatorSet): Float64Array {
  if (expression.kind === 'x') return x;
  const operator = findOperator(operators, expression.operator);
  if (operator === undefined) {
    throw new ExpressionError('operator', `operator set "${operators.name}" has no operator "${expression.operator}"`);
  }
  const args = expression.args.map((arg) => evaluateNode(arg, x, operators));
  const result = new Float64Array(x.length);
  if (operator.arity === 1) {
    const a = args[0]!;
    for (let i = 0; i < result.length; i++) result[i] = operator.evaluate(a[i]!);
  } else if (operator.arity === 2) {
    const a = args[0]!;
    const b = args[1]!;
    for (let i = 0; i < result.length; i++) result[i] = operator.evaluate(a[i]!, b[i]!);
  } else {
    const row = new Float64Array(args.length);
    for (let i = 0; i < result.length; i++) {
      for (let j = 0; j < row.length; j++) row[j] = args[j]![i]!;
      result[i] = operator.evaluate(row);
    }
  }
  return result;
}
