import { ExpressionError } from '../domain/expression/expression-error.js';
import { ALL_OPERATORS, findOperator, operatorSetId } from '../domain/operators/index.js';
import type { Operator, OperatorSet } from '../domain/operators/types.js';

/**
 * Code by operator: one-line templates in which `{x}` stands for the argument of a unary operator, `{a}` and `{b}` for
 * those of a binary one, `{args}` for the list of an n-ary one. In the file each of them is the name of a value.
 */
export type OperatorCode = Readonly<Record<string, string>>;

/** Whether the name means an operator of this program, not one of the user's. */
export function isBuiltIn(operators: OperatorSet, name: string): boolean {
  const known = findOperator(ALL_OPERATORS, name);
  return known !== undefined && findOperator(operators, name) === known;
}

/**
 * The template of an operator of one's own: its `code[key]`, e.g. `code: { torch: 'torch.sin({x})' }`.
 * @throws ExpressionError kind 'operator' where the operator brings none, or one of several lines
 */
export function ownCode(operators: OperatorSet, name: string, key: string): string {
  const operator = findOperator(operators, name);
  if (operator === undefined) {
    throw new ExpressionError('operator', `operator set "${operatorSetId(operators)}" has no operator "${name}"`);
  }
  const template = codeRecord(operator)?.[key];
  const own = `operator "${name}" of ${operatorSetId(operators)}`;
  if (typeof template !== 'string' || template === '') {
    const example = PLACEHOLDERS[operator.arity];
    const message = `${own} is not built in and brings no code for ${key}: add code: { ${key}: '...${example}...' } to it`;
    throw new ExpressionError('operator', message);
  }
  if (/[\r\n]/.test(template)) {
    throw new ExpressionError('operator', `${own}: its code for ${key} has more than one line; write one expression`);
  }
  return template;
}

const PLACEHOLDERS: Readonly<Record<Operator['arity'], string>> = { 1: '{x}', 2: '{a}...{b}', n: '{args}' };

/** The optional `code` of an operator, which need not be what its author's types say. */
function codeRecord(operator: object): Readonly<Record<string, unknown>> | undefined {
  if (!('code' in operator)) return undefined;
  const { code } = operator;
  return typeof code === 'object' && code !== null ? { ...code } : undefined;
}

/** A template with its placeholders replaced; braces around anything else stay. */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{([a-z]+)\}/g, (placeholder, name: string) => values[name] ?? placeholder);
}

/** What the placeholders of a call stand for. */
export function argumentNames(args: readonly string[]): Record<string, string> {
  const [first = '', second = ''] = args;
  return { x: first, a: first, b: second, args: args.join(', ') };
}
