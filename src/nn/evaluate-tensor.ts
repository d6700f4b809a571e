import type { Expression } from '../domain/expression/expression.js';
import { ALL_OPERATORS, findOperator } from '../domain/operators/index.js';
import type { OperatorSet, Tensor, Tf } from '../domain/operators/types.js';
import { AquasurfError } from '../errors.js';

/** An expression on a tensor, element by element, by the operators' tensor forms; differentiable. */
export function evaluateTensor(
  tf: Tf,
  expression: Expression,
  x: Tensor,
  operators: OperatorSet = ALL_OPERATORS,
): Tensor {
  if (expression.kind === 'x') return x;
  const args = expression.args.map((arg) => evaluateTensor(tf, arg, x, operators));
  const operator = findOperator(operators, expression.operator);
  switch (operator?.arity) {
    case 1:
      return operator.tensor(tf, args[0]!);
    case 2:
      return operator.tensor(tf, args[0]!, args[1]!);
    case 'n':
      return operator.tensor(tf, args);
    default:
      throw new AquasurfError('OPERATOR_INVALID', `operator "${expression.operator}" is not in ${operators.name}`);
  }
}
