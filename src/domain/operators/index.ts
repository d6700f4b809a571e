import { ExpressionError } from '../expression/expression-error.js';
import { nearestNames } from '../expression/nearest-names.js';
import { add, div, max, min, mul, pow, sub } from './binary.js';
import { maxN, minN, prodN, sumN } from './n-ary.js';
import type { Operator, OperatorSet, UnaryOperator } from './types.js';
import { abs, identity, negative, one, reciprocal, square, zero } from './unary/algebraic.js';
import { cosh, exp, expm1, sinh } from './unary/exponential.js';
import { elish, gelu, mish, swish } from './unary/gated.js';
import { elu, leakyRelu, relu, selu, softplus } from './unary/rectifier.js';
import { arcsinh, arctan, hardSigmoid, logSigmoid, sigmoid, softsign, tanh } from './unary/sigmoidal.js';
import { besselI0eOperator, besselI1eOperator, erf, erfc } from './unary/special.js';

/** The 27 of the paper's space (arXiv 2301.05785, appendix), in the order of docs/design.md section 3. */
const STANDARD_UNARY: readonly UnaryOperator[] = [
  ...[zero, one, identity, negative, abs, reciprocal, square, exp, erf, erfc, sinh, cosh, tanh, expm1, sigmoid],
  ...[logSigmoid, arcsinh, arctan, besselI0eOperator, besselI1eOperator, relu, elu, selu, swish, softplus, softsign],
  hardSigmoid,
];

const BINARY = [add, sub, mul, div, pow, max, min];
const NARY = [sumN, prodN, maxN, minN];

/** The operators of the paper's space: 27 unary, 7 binary, 4 n-ary. */
export const STANDARD_OPERATORS: OperatorSet = {
  name: 'standard',
  version: 1,
  unary: STANDARD_UNARY,
  binary: BINARY,
  nary: NARY,
};

/** Every operator that this program has: the standard ones, and elish, leakyrelu, mish and gelu. */
export const ALL_OPERATORS: OperatorSet = {
  name: 'all',
  version: 1,
  unary: [...STANDARD_UNARY, elish, leakyRelu, mish, gelu],
  binary: BINARY,
  nary: NARY,
};

const OPERATOR_SETS: readonly OperatorSet[] = [STANDARD_OPERATORS, ALL_OPERATORS];

/** The text that stands for a set wherever it is stored, e.g. `standard@1`. */
export function operatorSetId(set: OperatorSet): string {
  return `${set.name}@${set.version}`;
}

/**
 * The set of an id (`standard@1`) or of a name (`standard`: the newest version).
 * @throws ExpressionError kind 'operator' for one that this program does not have
 */
export function operatorSet(idOrName: string): OperatorSet {
  const found = OPERATOR_SETS.find((set) => set.name === idOrName || operatorSetId(set) === idOrName);
  if (found !== undefined) return found;
  const nearest = nearestNames(idOrName, ['standard', 'all']).map((name) => `"${name}"`);
  const mend =
    nearest.length > 0
      ? `did you mean ${nearest.join(' or ')}?`
      : `known are ${OPERATOR_SETS.map(operatorSetId).join(', ')}`;
  throw new ExpressionError('operator', `unknown operator set "${idOrName}"; ${mend}`);
}

/**
 * The operator of a name, or undefined. A set of one's own reads every built-in operator too, also those that its
 * schemas do not range over: names made of built-in operators mean the same everywhere.
 */
export function findOperator(set: OperatorSet, name: string): Operator | undefined {
  const named = (operator: Operator): boolean => operator.name === name;
  const found = set.unary.find(named) ?? set.binary.find(named) ?? set.nary.find(named);
  return found ?? (set.own ? findOperator(ALL_OPERATORS, name) : undefined);
}

/** Whether a name or id means a set of this program. */
export function isBuiltInSet(idOrName: string): boolean {
  return OPERATOR_SETS.some((set) => set.name === idOrName || operatorSetId(set) === idOrName);
}

/** What single functions are read with: every built-in operator, and the set's own. */
export function vocabulary(set: OperatorSet): OperatorSet {
  return set.own ? set : ALL_OPERATORS;
}

/** All names of a set, in its order: unary, binary, n-ary. */
export function operatorNames(set: OperatorSet): string[] {
  return [...set.unary, ...set.binary, ...set.nary].map(({ name }) => name);
}
