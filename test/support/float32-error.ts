import type { Expression } from '../../src/domain/expression/expression.js';
import { ALL_OPERATORS, findOperator } from '../../src/domain/operators/index.js';

/** Half a unit in the last place of float32, relative. */
const U = 2 ** -24;
/** What TensorFlow flushes to zero. */
const DENORMAL = 1.2e-38;
/** Operators overflow on the way to results beyond this: e^x in cosh x, say. */
const LARGEST = 1e37;

/** A value, exact in float64, and how far float32 arithmetic may be from it. */
interface Bounded {
  value: number;
  error: number;
}

/**
 * Error, beside that of its arguments, of one float32 operation with the result y: 4 units in the last place, as
 * golden/README.md found for TensorFlow's kernels, and what the formulas of the kernels lose where they subtract. `x` is
 * the first argument.
 */
const ROUNDING: Record<string, (y: number, x: number) => number> = {
  // eˣ - 1 is formed in float32.
  elu: (y, x) => (x > 0 ? 0 : 4 * U * (Math.abs(y) + 1)),
  selu: (y, x) => 4 * U * (Math.abs(y) + (x > 0 ? 0 : 1.8)),
  elish: (y, x) => 4 * U * (Math.abs(y) + (x > 0 ? 0 : 1)),
  // 1 + erf(x/√2) is, and erf is off by 3·2⁻²⁴.
  gelu: (y, x) => 4 * U * (Math.abs(y) + Math.abs(x)),
  erf: (y, x) => 4 * U * (Math.abs(y) + Math.min(1, Math.abs(x))),
  hard_sigmoid: (y, x) => 2 * U * (Math.abs(y) + 0.2 * Math.abs(x) + 0.5),
  softplus: (y) => 8 * U * Math.abs(y),
  log_sigmoid: (y) => 8 * U * Math.abs(y),
  mish: (y) => 12 * U * Math.abs(y),
  bessel_i0e: (y) => 8 * U * Math.abs(y),
  bessel_i1e: (y) => 8 * U * Math.abs(y),
};
/** No rounding at all. */
const EXACT = new Set(['zero', 'one', 'identity', 'negative', 'abs', 'relu', 'max', 'min', 'max_n', 'min_n']);

/**
 * Running error bound of float32 arithmetic (Wilkinson 1963): every operator's rounding, and the errors of its arguments
 * as they change its value at the ends of their intervals, which is its condition without derivatives. The bound is
 * infinite where an interval reaches a pole or float32's range.
 * @param x a float32 number
 */
export function boundedValue(expression: Expression, x: number): Bounded {
  if (expression.kind === 'x') return { value: x, error: 0 };
  const operator = findOperator(ALL_OPERATORS, expression.operator)!;
  const args = expression.args.map((arg) => boundedValue(arg, x));
  if (operator.name === 'zero' || operator.name === 'one')
    return { value: operator.evaluate([] as never, 0), error: 0 };
  if (operator.arity === 'n') {
    const step = operator.name.replace('_n', '').replace('sum', 'add').replace('prod', 'mul');
    return args.reduce((a, b) => applied(step, [a, b]));
  }
  return applied(operator.name, args);
}

function applied(name: string, args: readonly Bounded[]): Bounded {
  const operator = findOperator(ALL_OPERATORS, name)!;
  const f = (values: readonly number[]): number =>
    operator.arity === 1
      ? operator.evaluate(values[0]!)
      : (operator as { evaluate: Binary }).evaluate(values[0]!, values[1]!);
  const value = f(args.map((arg) => arg.value));
  const ends = corners(args).map(f);
  const propagated = Math.max(...ends.map((end) => Math.abs(end - value)));
  const pole = (name === 'reciprocal' && reachesZero(args[0]!)) || (name === 'div' && reachesZero(args[1]!));
  const rounding = EXACT.has(name)
    ? 0
    : (ROUNDING[name] ?? ((y: number) => 4 * U * Math.abs(y)))(value, args[0]!.value);
  const error =
    propagated +
    rounding +
    (EXACT.has(name) && args.every((arg) => arg.error === 0) ? 0 : DENORMAL * (1 + Math.abs(args[0]!.value)));
  // Whatever comes of what may be infinite or NaN may be NaN, also where a function has limits.
  const lost = args.some((arg) => !Number.isFinite(arg.error));
  const outside = lost || pole || !(Math.abs(value) + error < LARGEST) || ends.some(Number.isNaN);
  return { value, error: outside ? Infinity : error };
}

type Binary = (a: number, b: number) => number;

const reachesZero = ({ value, error }: Bounded): boolean => Math.abs(value) <= error + DENORMAL;

/** All combinations of the ends of the arguments' intervals. */
function corners(args: readonly Bounded[]): number[][] {
  return args.reduce<number[][]>(
    (lists, { value, error }) => {
      const ends = error === 0 ? [value] : [value - error, value + error];
      return lists.flatMap((list) => ends.map((end) => [...list, end]));
    },
    [[]],
  );
}
