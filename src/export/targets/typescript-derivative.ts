import type { OperatorSet } from '../../domain/operators/types.js';
import { type Assignment, valueName } from '../assignments.js';
import { argumentNames, fillTemplate, ownCode } from '../operator-code.js';
import { dependsOnX, type Step, type Steps } from '../steps.js';
import { TYPESCRIPT_SLOPES } from './typescript-operators.js';

/** What a binary operator's derivative is written with; a derivative that is 0 throughout is undefined. */
interface Operands {
  a: string;
  b: string;
  y: string;
  da: string | undefined;
  db: string | undefined;
}

const BINARY: Readonly<Record<string, (operands: Operands) => string>> = {
  add: ({ da, db }) => sum(da, db),
  sub: ({ da, db }) => (db === undefined ? sum(da) : `${da ?? ''}${da === undefined ? '' : ' - '}${minus(db, da)}`),
  mul: ({ a, b, da, db }) => sum(times(b, da), times(a, db)),
  div: ({ b, y, da, db }) =>
    db === undefined ? `${da} / ${b}` : `(${da ?? ''}${da === undefined ? '' : ' '}- ${times(y, db)}) / ${b}`,
  pow: ({ a, b, da, db }) => sum(times(`powerByBase(${a}, ${b})`, da), times(`powerByExponent(${a}, ${b})`, db)),
  max: ({ a, b, da, db }) => `${a} >= ${b} ? ${da ?? 0} : ${db ?? 0}`,
  min: ({ a, b, da, db }) => `${a} <= ${b} ? ${da ?? 0} : ${db ?? 0}`,
};

const minus = (db: string, da: string | undefined): string => (da === undefined ? `-${db}` : db);

/** factor · derivative, where both exist; a derivative of 1 is left out. */
const times = (factor: string, derivative: string | undefined): string | undefined => {
  if (derivative === undefined) return undefined;
  return derivative === '1' ? factor : `${factor} * ${derivative}`;
};

const sum = (...terms: (string | undefined)[]): string => terms.filter((term) => term !== undefined).join(' + ');

/**
 * The derivatives of the values, by the chain rule from x onwards (forward mode): d2 is that of t2. Values that do not
 * change with x have none. For an operator of one's own `code.typescriptDerivative` is the whole derivative, in which
 * {dx} stands for that of {x}, {da} and {db} for those of {a} and {b}, and {dargs} for those of {args}.
 * @returns for each value its assignment, undefined for x itself and where it is 0 throughout
 * @throws ExpressionError for an operator of one's own without `code.typescriptDerivative`
 */
export function derivativeAssignments(program: Steps, operators: OperatorSet): (Assignment | undefined)[] {
  const depends = dependsOnX(program);
  const derivativeName = (index: number): string | undefined => {
    if (index === 0) return '1';
    return depends[index] ? `d${index}` : undefined;
  };
  return [
    undefined,
    ...program.steps.map((step, i) => {
      const name = derivativeName(i + 1);
      if (name === undefined) return undefined;
      const derivatives = step.args.map(derivativeName);
      return { name, code: derivativeCode(step, valueName(i + 1), derivatives, operators) };
    }),
  ];
}

/** The derivative of one step's value y by those of its arguments. */
function derivativeCode(
  { operator, own, args }: Step,
  y: string,
  derivatives: readonly (string | undefined)[],
  operators: OperatorSet,
): string {
  const names = args.map(valueName);
  const [da, db] = derivatives;
  if (own) {
    const dargs = derivatives.map((derivative) => derivative ?? '0').join(', ');
    const values = { ...argumentNames(names), y, dx: da ?? '0', da: da ?? '0', db: db ?? '0', dargs };
    return fillTemplate(ownCode(operators, operator, 'typescriptDerivative'), values);
  }
  const binary = BINARY[operator];
  if (binary) return binary({ a: names[0]!, b: names[1]!, y, da, db });
  const slope = fillTemplate(TYPESCRIPT_SLOPES[operator]!, { x: names[0]!, y });
  if (da === '1') return slope;
  return slope === '1' ? da! : `${slope.includes(' ') ? `(${slope})` : slope} * ${da}`;
}
