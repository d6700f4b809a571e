import { ALL_OPERATORS, findOperator, operatorNames } from '../operators/index.js';
import type { OperatorSet } from '../operators/types.js';
import { ExpressionError } from './expression-error.js';
import { nearestNames } from './nearest-names.js';
import { type CallTree, parseCallTree, shownName } from './syntax.js';

/** An activation function: the variable x, or an operator applied to expressions. */
export type Expression =
  | { readonly kind: 'x' }
  | { readonly kind: 'call'; readonly operator: string; readonly args: readonly Expression[] };

export const X: Expression = { kind: 'x' };

const SCHEMA_CLASSES = ['unary', 'binary', 'n-ary'];

/**
 * Parse `expr := "x" | operator "(" expr { "," expr } ")"` (docs/design.md section 3). White space is ignored.
 * @param operators the operators that are known. @defaultValue ALL_OPERATORS
 * @throws ExpressionError kind 'expression', with the position, for malformed text, unknown operators (with the nearest
 * known names), a wrong number of arguments, more than 4,096 characters, or nesting deeper than 64
 */
export function parseExpression(text: string, operators: OperatorSet = ALL_OPERATORS): Expression {
  return toExpression(parseCallTree(text, 'expression'), operators);
}

function toExpression(tree: CallTree, operators: OperatorSet): Expression {
  const { name, position, args } = tree;
  if (name === 'x') {
    if (args === undefined) return X;
    throw new ExpressionError('expression', `x takes no arguments, at character ${position}`, position);
  }
  const operator = findOperator(operators, name);
  if (operator === undefined) throw unknownOperator(name, position, operators);
  if (args === undefined) {
    throw new ExpressionError('expression', `expected "(" after operator "${name}" at character ${position}`, position);
  }
  if (operator.arity !== 'n' && args.length !== operator.arity) {
    const takes = operator.arity === 1 ? '1 argument' : `${operator.arity} arguments`;
    const message = `operator "${name}" at character ${position} takes ${takes}, found ${args.length}`;
    throw new ExpressionError('expression', message, position);
  }
  return { kind: 'call', operator: name, args: args.map((arg) => toExpression(arg, operators)) };
}

function unknownOperator(name: string, position: number, operators: OperatorSet): ExpressionError {
  const start = `unknown operator "${shownName(name)}" at character ${position}`;
  if (SCHEMA_CLASSES.includes(name)) {
    const message = `${start}; "${name}" is a class of operators: this is a schema, not a single function`;
    return new ExpressionError('expression', message, position);
  }
  const nearest = nearestNames(name, [...operatorNames(operators), 'x']).map((known) => `"${known}"`);
  const mend =
    nearest.length > 0
      ? `did you mean ${nearest.join(' or ')}?`
      : `the operators of ${operators.name}@${operators.version} are ${operatorNames(operators).join(', ')}`;
  return new ExpressionError('expression', `${start}; ${mend}`, position);
}

/** The text of an expression, without spaces: the name of the function. */
export function formatExpression(expression: Expression): string {
  if (expression.kind === 'x') return 'x';
  return `${expression.operator}(${expression.args.map(formatExpression).join(',')})`;
}

/** How many operators an expression applies; 0 for x. */
export function countOperators(expression: Expression): number {
  if (expression.kind === 'x') return 0;
  return expression.args.reduce((count, arg) => count + countOperators(arg), 1);
}
