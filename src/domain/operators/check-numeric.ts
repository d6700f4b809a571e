import { ExpressionError } from '../expression/expression-error.js';
import { apply, checkPoints, showPoint } from './check-points.js';
import type { Operator } from './types.js';

/** Arguments that reach operators inside larger expressions. */
const EXTREME = [Number.NaN, Infinity, -Infinity, -0, 1e300, -1e300, 5e-324];

/**
 * Checks that a numeric form gives a number, ±∞ and NaN included, wherever it is asked, the same one each time, and is
 * finite somewhere.
 * @param where names the operator in the message
 * @throws ExpressionError kind 'operator' with the point
 */
export function checkNumericForm(operator: Operator, where: string): void {
  const points = checkPoints(operator);
  const extreme = EXTREME.map((value) => points[0]!.map(() => value));
  let finite = 0;
  for (const args of [...points, ...extreme]) {
    const at = showPoint(operator, args);
    const value = valueAt(operator, args, `${where} at ${at}`);
    if (!Object.is(value, valueAt(operator, args, where))) {
      throw new ExpressionError(
        'operator',
        `${where}: its numeric form gives two values at ${at}; use no random numbers`,
      );
    }
    if (Number.isFinite(value)) finite++;
  }
  if (finite === 0) {
    throw new ExpressionError('operator', `${where}: its numeric form is finite at none of ${points.length} points`);
  }
}

function valueAt(operator: Operator, args: readonly number[], where: string): number {
  let value: unknown;
  try {
    value = apply(operator, args);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ExpressionError(
      'operator',
      `${where}: its numeric form throws (${reason}); give NaN where it has no value`,
    );
  }
  if (typeof value !== 'number') {
    throw new ExpressionError('operator', `${where}: its numeric form gives ${typeof value}, not a number`);
  }
  return value;
}
