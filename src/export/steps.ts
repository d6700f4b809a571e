import type { Expression } from '../domain/expression/expression.js';
import type { OperatorSet } from '../domain/operators/types.js';
import { isBuiltIn } from './operator-code.js';

/** One application of an operator to earlier values. */
export interface Step {
  readonly operator: string;
  /** Whether the operator is one of the user's own, whatever its name. */
  readonly own: boolean;
  /** Indexes of values: 0 is x, i > 0 the result of step i - 1. */
  readonly args: readonly number[];
}

/** An expression as a straight line in which no sub-expression is computed twice. */
export interface Steps {
  readonly steps: readonly Step[];
  /** The value of the expression: that of the last step, or 0 for x. */
  readonly result: number;
}

/** Constants whatever their argument is, so that it is not computed at all. */
const CONSTANTS = new Set(['zero', 'one']);

/** The n-ary operators as repeated binary ones, from left to right. */
const FOLDS: Readonly<Record<string, string>> = { sum_n: 'add', prod_n: 'mul', max_n: 'max', min_n: 'min' };

/** The first step of a folded sum, 0 + a: a sum of nothing but -0 is +0. */
export const SUM_START = 'sum_start';

/**
 * The steps of an expression, arguments before their operator, common sub-expressions once. `identity` leaves no step,
 * nor does an argument of zero and one.
 * @param fold write n-ary operators as binary ones
 */
export function stepsOf(expression: Expression, operators: OperatorSet, fold: boolean): Steps {
  const steps: Step[] = [];
  const known = new Map<string, number>();

  const value = (operator: string, args: readonly number[], own = false): number => {
    const key = `${operator} ${args.join()}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    steps.push({ operator, own, args });
    known.set(key, steps.length);
    return steps.length;
  };
  const visit = (node: Expression): number => {
    if (node.kind === 'x') return 0;
    const { operator, args } = node;
    if (!isBuiltIn(operators, operator)) return value(operator, args.map(visit), true);
    if (CONSTANTS.has(operator)) return value(operator, [0]);
    const values = args.map(visit);
    if (operator === 'identity') return values[0]!;
    const folded = fold ? FOLDS[operator] : undefined;
    if (folded === undefined) return value(operator, values);
    const first = operator === 'sum_n' ? value(SUM_START, [values[0]!]) : values[0]!;
    return values.slice(1).reduce((left, right) => value(folded, [left, right]), first);
  };

  return { result: visit(expression), steps };
}

/** For each value whether it changes with x. */
export function dependsOnX({ steps }: Steps): readonly boolean[] {
  const depends = [true];
  for (const { operator, own, args } of steps) {
    const constant = !own && CONSTANTS.has(operator);
    depends.push(!constant && args.some((arg) => depends[arg]));
  }
  return depends;
}
