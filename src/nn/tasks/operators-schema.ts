import { z } from 'zod';
import { ExpressionError } from '../../domain/expression/expression-error.js';
import { buildOperatorSet, type OperatorsDefinition } from '../../domain/operators/own-operators.js';
import type { OperatorSet } from '../../domain/operators/types.js';
import { AquasurfError } from '../../errors.js';

const aFunction = (what: string) =>
  z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', `expected ${what}`);

const operators = (numeric: string, tensor: string) =>
  z
    .array(
      z.strictObject({
        name: z.string(),
        arity: z.union([z.literal(1), z.literal(2), z.literal('n')]).optional(),
        evaluate: aFunction(`a function ${numeric}`),
        tensor: aFunction(`a function ${tensor}`),
        code: z.record(z.string(), z.string()).optional(),
      }),
    )
    .optional();

/** What operators of one's own must hold. Strict, so that a misspelt option is not silently left out. */
const operatorsSchema = z.strictObject({
  name: z.string(),
  version: z.number({ error: 'expected a whole number; raise it with every change' }),
  extends: z.enum(['standard', 'all']).optional(),
  unary: operators('(x) => number', '(tf, x) => tensor'),
  binary: operators('(a, b) => number', '(tf, a, b) => tensor'),
  nary: operators('(args) => number', '(tf, args) => tensor'),
});

/** Whether a value that a module exports means operators, not a task. */
export function meansOperators(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || 'buildModel' in value || 'loadData' in value) return false;
  return ['unary', 'binary', 'nary', 'extends', 'version'].some((key) => key in value);
}

/**
 * Operators of one's own, checked as far as that goes without a backend.
 * @param origin the module's path, for the message
 * @throws AquasurfError OPERATOR_INVALID
 */
export function parseOperators(value: unknown, origin: string, sourceHash: string): OperatorSet {
  const parsed = operatorsSchema.safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) =>
      path.length ? `${path.join('.')}: ${message}` : message,
    );
    throw new AquasurfError('OPERATOR_INVALID', `the operators in ${origin} are not valid: ${issues.join('; ')}`);
  }
  try {
    // The checks do not see the functions' types: those are the compiler's matter.
    return { ...buildOperatorSet(value as OperatorsDefinition, sourceHash), origin };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new AquasurfError('OPERATOR_INVALID', `${error.message} (in ${origin})`, { cause: error });
  }
}
