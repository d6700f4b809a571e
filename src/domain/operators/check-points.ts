import { SeededRandom } from '../random/seeded-random.js';
import type { Operator } from './types.js';

/** Whole numbers, where kinks and poles lie most often, and points between them. */
const WHOLE = [-20, -8, -3, -2, -1, 0, 1, 2, 3, 8, 20];
const SPREAD = 100;
/** Points of operators of several arguments. */
const TUPLES = 150;
/** Numbers of arguments that n-ary operators are tried with. */
const COUNTS = [1, 2, 3];

/**
 * Where operators of one's own are checked: lists of arguments in [-6, 6] and beyond, float32 numbers, the same at each
 * call.
 */
export function checkPoints({ arity, name }: Pick<Operator, 'arity' | 'name'>): number[][] {
  const random = new SeededRandom(`check ${name}`);
  const draw = (): number => Math.fround(12 * random.next() - 6);
  if (arity === 1) return [...WHOLE.map((x) => [x]), ...Array.from({ length: SPREAD }, () => [draw()])];
  const counts = arity === 2 ? [2] : COUNTS;
  return counts.flatMap((count) => [
    ...[-2, -1, 0, 1, 2].flatMap((x) =>
      [-1, 0, 2].map((y) => Array.from({ length: count }, (_, i) => (i === 0 ? x : y))),
    ),
    ...Array.from({ length: TUPLES }, () => Array.from({ length: count }, draw)),
  ]);
}

/** The value at a list of arguments, whatever the arity. */
export function apply(operator: Operator, args: readonly number[]): number {
  if (operator.arity === 1) return operator.evaluate(args[0]!);
  if (operator.arity === 2) return operator.evaluate(args[0]!, args[1]!);
  return operator.evaluate(args);
}

/** `x = 0.5`, `a = 1, b = 2`, `args = (1, 2, 3)`: a point as messages name it. */
export function showPoint({ arity }: Operator, args: readonly number[]): string {
  const shown = args.map((arg) => String(Number(arg.toPrecision(6))));
  if (arity === 1) return `x = ${shown[0]}`;
  if (arity === 2) return `a = ${shown[0]}, b = ${shown[1]}`;
  return `args = (${shown.join(', ')})`;
}
