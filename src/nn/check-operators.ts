import { apply, checkPoints, showPoint } from '../domain/operators/check-points.js';
import { operatorSetId } from '../domain/operators/index.js';
import { ownOperators } from '../domain/operators/own-operators.js';
import { slopeAt } from '../domain/operators/slopes.js';
import type { Operator, OperatorSet, Tensor, Tf } from '../domain/operators/types.js';
import { AquasurfError, errorLine } from '../errors.js';

/** Relative for large numbers, absolute below 1: float32 and the approximations of tensor kernels stay well within. */
const VALUE_TOLERANCE = 1e-4;
const SLOPE_TOLERANCE = 2e-3;
/** Larger values overflow in float32 on the way. */
const LARGEST = 1e30;

/**
 * Checks that the tensor forms of a set's own operators, on this backend, have the values of their numeric forms and
 * gradients that agree with central finite differences of these, where left and right slopes agree, with the incoming
 * gradient as a factor.
 * @throws AquasurfError OPERATOR_INVALID naming operator, point, expected and given number
 */
export function checkOperators(tf: Tf, set: OperatorSet): void {
  for (const operator of ownOperators(set)) {
    const check = { tf, operator, where: `operator "${operator.name}" of ${operatorSetId(set)}` };
    for (const points of bySize(checkPoints(operator))) {
      tf.tidy(() => {
        checkValues(check, points);
        checkSlopes(check, points);
      });
    }
  }
}

interface Check {
  tf: Tf;
  operator: Operator;
  where: string;
}

function checkValues({ tf, operator, where }: Check, points: number[][]): void {
  const given = guarded(where, () => {
    const args = columns(tf, points);
    const value = applyTensor(tf, operator, args);
    if (value.shape.join() !== args[0]!.shape.join() || value.dtype !== 'float32') {
      throw new Error(
        `for float32 of shape [${args[0]!.shape}] it gives ${value.dtype} of shape [${value.shape}]; it must work element by element`,
      );
    }
    return value.dataSync();
  });
  points.forEach((args, k) => {
    const expected = apply(operator, args);
    if (agree(given[k]!, expected, VALUE_TOLERANCE)) return;
    const at = showPoint(operator, args);
    throw invalid(`${where}: its tensor form at ${at} gives ${short(given[k]!)}, its numeric form ${short(expected)}`);
  });
}

function checkSlopes({ tf, operator, where }: Check, points: number[][]): void {
  // Neither 1 nor constant, so that a gradient which ignores the incoming one shows.
  const incoming = points.map((_, k) => 0.5 + (k % 7) / 4);
  const given = guarded(where, () => {
    const gradients = tf.grads((...args: Tensor[]) => applyTensor(tf, operator, args));
    return gradients(columns(tf, points), tf.tensor(incoming, [points.length, 1])).map((g) => g.dataSync());
  });
  points.forEach((args, k) => {
    for (let i = 0; i < args.length; i++) {
      const expected = slopeAt(operator, args, i);
      if (expected === undefined || Math.abs(apply(operator, args)) > LARGEST) continue;
      const found = given[i]![k]! / incoming[k]!;
      if (agree(found, expected, SLOPE_TOLERANCE)) continue;
      const by = operator.arity === 1 ? '' : ` by argument ${i + 1}`;
      throw invalid(
        `${where}: the gradient${by} of its tensor form at ${showPoint(operator, args)} is ${short(found)}, ` +
          `finite differences of its numeric form give ${short(expected)}; correct the gradient (docs/operators.md)`,
      );
    }
  });
}

/** As a batch of one feature each: a rank that networks use. */
const columns = (tf: Tf, points: readonly number[][]): Tensor[] =>
  points[0]!.map((_, i) => tf.tensor2d(points.map((args) => [args[i]!])));

function applyTensor(tf: Tf, operator: Operator, args: readonly Tensor[]): Tensor {
  if (operator.arity === 1) return operator.tensor(tf, args[0]!);
  if (operator.arity === 2) return operator.tensor(tf, args[0]!, args[1]!);
  return operator.tensor(tf, args);
}

/** Not finite agrees with not finite: float32 overflows where float64 does not. */
function agree(given: number, expected: number, tolerance: number): boolean {
  if (!Number.isFinite(expected) || Math.abs(expected) > LARGEST) {
    return !Number.isFinite(given) || Math.abs(given) > LARGEST;
  }
  return Math.abs(given - expected) <= tolerance * Math.max(1, Math.abs(expected));
}

/** One list for each number of arguments. */
function bySize(points: number[][]): number[][][] {
  const sizes = [...new Set(points.map((args) => args.length))];
  return sizes.map((size) => points.filter((args) => args.length === size));
}

/** What the user's code throws becomes an error that names the operator. */
function guarded<T>(where: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw invalid(`${where}: its tensor form does not work: ${errorLine(error)}`, error);
  }
}

const invalid = (message: string, cause?: unknown) => new AquasurfError('OPERATOR_INVALID', message, { cause });
const short = (value: number): number => Number(value.toPrecision(6));
