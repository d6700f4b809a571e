import { operatorSetId } from '../operators/index.js';
import type { Operator, OperatorSet } from '../operators/types.js';
import { type Expression, X } from './expression.js';
import { ExpressionError } from './expression-error.js';
import { type CallTree, parseCallTree, shownName } from './syntax.js';

type OperatorClass = 'unary' | 'binary' | 'n-ary';

/** A template of functions: the variable x, or a class of operators applied to schemas. */
export type Schema =
  | { readonly kind: 'x' }
  | { readonly kind: 'slot'; readonly class: OperatorClass; readonly args: readonly Schema[] };

/** A class of operators applied to schemas. */
export type Slot = Extract<Schema, { kind: 'slot' }>;

/** Outermost loop first. */
const CLASS_ORDER: readonly OperatorClass[] = ['n-ary', 'binary', 'unary'];

/**
 * Parse `schema := "x" | class "(" schema { "," schema } ")"` with the classes unary (1 argument), binary (2) and n-ary
 * (1 or more). White space is ignored.
 * @throws ExpressionError kind 'schema', with the position and what was expected
 */
export function parseSchema(text: string): Schema {
  return toSchema(parseCallTree(text, 'schema'));
}

function toSchema({ name, position, args }: CallTree): Schema {
  if (name === 'x' && args === undefined) return { kind: 'x' };
  const fail = (message: string): never => {
    throw new ExpressionError('schema', message, position);
  };
  if (name === 'x') fail(`x takes no arguments, at character ${position}`);
  if (name !== 'unary' && name !== 'binary' && name !== 'n-ary') {
    return fail(
      `expected unary, binary, n-ary or x at character ${position} of the schema, found "${shownName(name)}"`,
    );
  }
  if (args === undefined) return fail(`expected "(" after "${name}" at character ${position} of the schema`);
  const arity = { unary: 1, binary: 2, 'n-ary': args.length }[name];
  if (args.length !== arity) {
    fail(`${name} takes ${arity} argument${arity === 1 ? '' : 's'}, found ${args.length}, at character ${position}`);
  }
  return { kind: 'slot', class: name, args: args.map(toSchema) };
}

/** The text of a schema, without spaces. */
export function formatSchema(schema: Schema): string {
  if (schema.kind === 'x') return 'x';
  return `${schema.class}(${schema.args.map(formatSchema).join(',')})`;
}

/** The operators of a class, in the order of the instances. */
export function operatorsOfClass(set: OperatorSet, operatorClass: OperatorClass): readonly Operator[] {
  switch (operatorClass) {
    case 'unary':
      return set.unary;
    case 'binary':
      return set.binary;
    case 'n-ary':
      return set.nary;
  }
}

/** The slots in the order of the nested loops: by class, then left to right as they stand in the text. */
export function loopOrder(schema: Schema): Slot[] {
  const inText = (s: Schema): Slot[] => (s.kind === 'x' ? [] : [s, ...s.args.flatMap(inText)]);
  const slots = inText(schema);
  return CLASS_ORDER.flatMap((operatorClass) => slots.filter((slot) => slot.class === operatorClass));
}

/**
 * The slots with an outermost unary one last: functions that apply it to the same argument follow one another, and share
 * the evaluation of all below. (Outermost operators of more arguments stay outermost: those whose arguments may change
 * places then meet each other.)
 */
export function sharingOrder(schema: Schema): Slot[] {
  const order = loopOrder(schema);
  if (schema.kind === 'x' || schema.class !== 'unary') return order;
  return [...order.filter((slot) => slot !== schema), schema];
}

/** How many functions a schema has over an operator set; 1 for the schema x. */
export function schemaSize(schema: Schema, set: OperatorSet): bigint {
  return loopOrder(schema).reduce((size, slot) => size * BigInt(operatorsOfClass(set, slot.class).length), 1n);
}

/**
 * The function of an index: the digits of the index in mixed radix choose the operators, the last slot of the loop order
 * (docs/design.md section 3) being the least significant digit.
 * @param index 0 to schemaSize - 1
 * @throws ExpressionError kind 'schema' for an index outside
 */
export function schemaInstance(schema: Schema, set: OperatorSet, index: number | bigint): Expression {
  const slots = loopOrder(schema);
  const chosen = new Map<Slot, string>();
  const whole = typeof index === 'bigint' || Number.isInteger(index);
  let rest = whole ? BigInt(index) : -1n;
  const inRange = rest >= 0n;
  for (const slot of slots.toReversed()) {
    const choices = operatorsOfClass(set, slot.class);
    if (choices.length === 0) break;
    chosen.set(slot, choices[Number(rest % BigInt(choices.length))]?.name ?? '');
    rest /= BigInt(choices.length);
  }
  if (!inRange || rest !== 0n || chosen.size < slots.length) {
    const size = schemaSize(schema, set);
    const what = `${formatSchema(schema)} has ${size} functions over ${operatorSetId(set)}`;
    throw new ExpressionError('schema', `${what}; there is none with index ${index}`);
  }
  const instantiate = (s: Schema): Expression =>
    s.kind === 'x' ? X : { kind: 'call', operator: chosen.get(s)!, args: s.args.map(instantiate) };
  return instantiate(schema);
}
