import type { Expression } from '../expression/expression.js';
import { ExpressionError } from '../expression/expression-error.js';
import { ALL_OPERATORS, findOperator } from '../operators/index.js';
import type { BinaryOperator, Operator, OperatorSet } from '../operators/types.js';
import { BINARY_RULES, FOLDED, UNARY_RULES } from './derivative-rules.js';

/** A function and its derivative at n points: dual numbers f + f'·ε, kept as arrays. */
interface Differentiated {
  values: Float64Array;
  /**
   * f'. NaN where the chain rule meets 0·∞, as in training. Constants, whatever they are made of, have the derivative 0
   * and add nothing to that of others.
   */
  derivatives: Float64Array;
  /** How far rounding may have moved the values: a first-order bound, absolute; ∞ or NaN where it has none. */
  errors: Float64Array;
}

interface DifferentiateOptions {
  /** @defaultValue ALL_OPERATORS */
  operators?: OperatorSet;
  /** Whether 0·∞ in the chain rule is 0, the limit for what is cut off or saturated, instead of NaN. @defaultValue false */
  absorbing?: boolean;
}

interface Dual extends Differentiated {
  /** Whether it is made of the operators zero and one. */
  constant: boolean;
}

/** The rounding of one operator, relative: our series and the engine's Math are right to a few units in the last place. */
const ROUNDING = 4 * 2 ** -53;

/**
 * Values and derivatives of a function by forward-mode automatic differentiation in float64. At kinks the derivative is
 * the subgradient of the tensor forms (derivative-rules.ts). Operators that have no rule, those of one's own, are
 * differentiated numerically, with a relative error of about 1e-9.
 * @param x n points
 * @throws ExpressionError for an expression that was not parsed with these operators
 */
export function differentiate(
  expression: Expression,
  x: ArrayLike<number>,
  { operators = ALL_OPERATORS, absorbing = false }: DifferentiateOptions = {},
): Differentiated {
  const times = absorbing ? absorbingProduct : (a: number, b: number): number => a * b;
  const points = Float64Array.from(x);

  const dual = (node: Expression): Dual => {
    if (node.kind === 'x') {
      return { values: points.slice(), derivatives: points.map(() => 1), errors: points.map(() => 0), constant: false };
    }
    const operator = findOperator(operators, node.operator);
    if (operator === undefined) {
      throw new ExpressionError('operator', `operator set "${operators.name}" has no operator "${node.operator}"`);
    }
    const args = node.args.map(dual);
    const { folded } = rulesOf(operator);
    if (folded === undefined) return applied(operator, args);
    return args.slice(1).reduce((left, right) => applied(folded, [left, right]), args[0]!);
  };

  const applied = (operator: Operator, args: readonly Dual[]): Dual => {
    const { value, partials, isConstant } = rulesOf(operator);
    const constant = isConstant || args.every((arg) => arg.constant);
    const values = new Float64Array(points.length);
    const derivatives = new Float64Array(points.length);
    const errors = new Float64Array(points.length);
    for (let i = 0; i < points.length; i++) {
      const at = args.map((arg) => arg.values[i]!);
      const y = value(at);
      values[i] = y;
      if (isConstant) continue;
      const slopes = partials(at, y);
      errors[i] = ROUNDING * Math.abs(y);
      for (const [k, arg] of args.entries()) {
        errors[i]! += absorbingProduct(Math.abs(slopes[k]!), arg.errors[i]!);
        if (!arg.constant) derivatives[i]! += times(slopes[k]!, arg.derivatives[i]!);
      }
    }
    return { values, derivatives, errors, constant };
  };

  const { values, derivatives, errors } = dual(expression);
  return { values, derivatives, errors };
}

const absorbingProduct = (a: number, b: number): number => (a === 0 || b === 0 ? 0 : a * b);

interface Rules {
  value: (args: number[]) => number;
  partials: (args: number[], y: number) => readonly number[];
  isConstant: boolean;
  /** The binary operator that it applies from left to right. */
  folded?: BinaryOperator;
}

/** Rules go by name, but an operator of one's own may have a name of ours in a set of its own. */
function rulesOf(operator: Operator): Rules {
  const { name } = operator;
  const ours = findOperator(ALL_OPERATORS, name) === operator;
  const value = (args: number[]): number => {
    if (operator.arity === 1) return operator.evaluate(args[0]!);
    return operator.arity === 2 ? operator.evaluate(args[0]!, args[1]!) : operator.evaluate(args);
  };
  const numeric = (args: number[]): number[] => args.map((arg, k) => slope((v) => value(args.with(k, v)), arg));
  if (!ours) return { value, partials: numeric, isConstant: false };
  const unary = UNARY_RULES.get(name);
  const binary = BINARY_RULES.get(name);
  const folded = findOperator(ALL_OPERATORS, FOLDED.get(name) ?? '');
  return {
    value,
    partials: (args, y) => (unary && [unary(args[0]!, y)]) ?? binary?.(args[0]!, args[1]!, y) ?? numeric(args),
    isConstant: name === 'zero' || name === 'one',
    ...(folded?.arity === 2 ? { folded } : {}),
  };
}

/** f' by central differences with one step of Richardson's extrapolation. */
function slope(f: (x: number) => number, x: number): number {
  const h = 1e-3 * Math.max(1, Math.abs(x)) * 0.5;
  const central = (step: number): number => (f(x + step) - f(x - step)) / (2 * step);
  return (4 * central(h / 2) - central(h)) / 3;
}
