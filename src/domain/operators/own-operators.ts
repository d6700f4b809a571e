import { ExpressionError } from '../expression/expression-error.js';
import { checkNumericForm } from './check-numeric.js';
import { ALL_OPERATORS, findOperator, operatorSetId, STANDARD_OPERATORS } from './index.js';
import type { BinaryOperator, NaryOperator, Operator, OperatorSet, UnaryOperator } from './types.js';

/** An operator as its author writes it: the list that it stands in says its arity. */
type Written<Kind extends Operator> = Omit<Kind, 'arity' | 'vectorLoop' | 'symmetric'> & {
  readonly arity?: Kind['arity'];
};

/** A named, versioned set of operators of one's own, on top of a built-in set. */
export interface OperatorsDefinition {
  /** `--operators NAME`: lower case letters, digits and `-`, a letter first; at most 32. */
  readonly name: string;
  /** A whole number from 1 on. Raise it with every change: studies of two versions never mix. */
  readonly version: number;
  /** The built-in operators that schemas range over besides, and before, one's own. @defaultValue 'standard' */
  readonly extends?: 'standard' | 'all';
  readonly unary?: readonly Written<UnaryOperator>[];
  readonly binary?: readonly Written<BinaryOperator>[];
  readonly nary?: readonly Written<NaryOperator>[];
}

/**
 * Marks a module's default export as operators of one's own and types it. Gives back its argument: it is checked when it
 * is loaded, its tensor forms by every process that trains with them.
 *
 * @example
 * export default defineOperators({
 *   name: 'mine',
 *   version: 1,
 *   unary: [{ name: 'snake', evaluate: (x) => x + Math.sin(x) ** 2, tensor: (tf, x) => tf.add(x, tf.square(tf.sin(x))) }],
 * });
 */
export function defineOperators(definition: OperatorsDefinition): OperatorsDefinition {
  return definition;
}

const SET_NAME = /^[a-z][a-z0-9-]{0,31}$/;
const OPERATOR_NAME = /^[a-z][a-z0-9_]{0,31}$/;
/** Names that mean something else in expressions and schemas. */
const RESERVED = new Set(['x', 'unary', 'binary', 'nary']);

/**
 * The set of a definition, checked: names, versions, and that the numeric forms give numbers.
 * @param sourceHash of the module that holds the definition
 * @throws ExpressionError kind 'operator' with what is wrong and the mend
 */
export function buildOperatorSet(definition: OperatorsDefinition, sourceHash: string): OperatorSet {
  const { name, version } = definition;
  const fail = (message: string): never => {
    throw new ExpressionError('operator', message);
  };
  if (!SET_NAME.test(name)) {
    fail(`operator set name "${name}": use 1 to 32 lower case letters, digits and "-", a letter first`);
  }
  const base = definition.extends === 'all' ? ALL_OPERATORS : STANDARD_OPERATORS;
  if (name === STANDARD_OPERATORS.name || name === ALL_OPERATORS.name) {
    fail(`operator set "${name}" is built in: name yours otherwise`);
  }
  if (!Number.isSafeInteger(version) || version < 1) {
    fail(`operator set "${name}": its version is ${version}; use a whole number from 1 on`);
  }
  const unary = (definition.unary ?? []).map((operator): UnaryOperator => withArity(operator, 1, fail));
  const binary = (definition.binary ?? []).map((operator): BinaryOperator => withArity(operator, 2, fail));
  const nary = (definition.nary ?? []).map((operator): NaryOperator => withArity(operator, 'n', fail));
  const own = new Set<string>();
  for (const operator of [...unary, ...binary, ...nary]) {
    const where = `operator "${operator.name}" of ${name}@${version}`;
    if (!OPERATOR_NAME.test(operator.name) || RESERVED.has(operator.name)) {
      fail(`${where}: a name has 1 to 32 lower case letters, digits and "_", a letter first, and is not x or a class`);
    }
    if (findOperator(ALL_OPERATORS, operator.name)) {
      fail(`${where} has the name of a built-in operator, which means the same in all studies: name yours otherwise`);
    }
    if (own.has(operator.name)) fail(`${where} stands twice in the set: give each operator a name of its own`);
    own.add(operator.name);
    checkNumericForm(operator, where);
  }
  if (own.size === 0) fail(`operator set "${name}" has no operators: give unary, binary or nary ones`);
  return {
    name,
    version,
    unary: [...base.unary, ...unary],
    binary: [...base.binary, ...binary],
    nary: [...base.nary, ...nary],
    own,
    sourceHash,
  };
}

/** The operators of the set's own, in its order. */
export function ownOperators(set: OperatorSet): Operator[] {
  return [...set.unary, ...set.binary, ...set.nary].filter(({ name }) => set.own?.has(name));
}

/** What a study keeps of its operators: the id, and for a set of one's own what its source was. */
export interface OperatorReference {
  id: string;
  sourceHash?: string;
}

export function operatorReference(set: OperatorSet): OperatorReference {
  return { id: operatorSetId(set), ...(set.sourceHash === undefined ? {} : { sourceHash: set.sourceHash }) };
}

function withArity<Arity extends Operator['arity'], Form extends { name: string; arity?: Arity }>(
  operator: Form,
  arity: Arity,
  fail: (message: string) => never,
): Form & { arity: Arity } {
  if (operator.arity !== undefined && operator.arity !== arity) {
    const list = arity === 'n' ? 'nary' : arity === 2 ? 'binary' : 'unary';
    fail(
      `operator "${operator.name}" says arity ${operator.arity} but stands in the list ${list}: move it, or leave arity out`,
    );
  }
  // What nobody checks must not be taken over.
  return { ...operator, arity, vectorLoop: undefined, symmetric: undefined };
}
