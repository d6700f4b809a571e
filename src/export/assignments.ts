import type { OperatorSet } from '../domain/operators/types.js';
import { argumentNames, fillTemplate, type OperatorCode, ownCode } from './operator-code.js';
import type { Step, Steps } from './steps.js';

/** `name = code`. */
export interface Assignment {
  readonly name: string;
  readonly code: string;
}

/** How a target writes operators: built-in ones by a table, others by their `code[key]`. */
export interface TargetCode {
  readonly key: string;
  readonly operators: OperatorCode;
}

/** The name of a value in generated code: x, t1, t2, ... */
export const valueName = (index: number): string => (index === 0 ? 'x' : `t${index}`);

/** One assignment for each step. */
export function assignments({ steps }: Steps, operators: OperatorSet, target: TargetCode): Assignment[] {
  return steps.map((step, i) => ({ name: valueName(i + 1), code: stepCode(step, operators, target) }));
}

function stepCode({ operator, own, args }: Step, operators: OperatorSet, target: TargetCode): string {
  const template = own ? ownCode(operators, operator, target.key) : target.operators[operator]!;
  return fillTemplate(template, argumentNames(args.map(valueName)));
}
