import type { Expression } from '../expression/expression.js';
import { evaluate } from '../features/evaluate.js';
import { ALL_OPERATORS } from '../operators/index.js';
import type { OperatorSet } from '../operators/types.js';
import { SeededRandom } from '../random/seeded-random.js';
import { differentiate } from './derivative.js';

/**
 * How an alias differs from another name of its function, the gravest that was found:
 * - `equal`: nowhere, as far as float64 shows;
 * - `kink`: in the derivative at single points only, 0 and ±2.5, where there is none and each form takes its own;
 * - `gradient`: in the derivative, where the values agree: not finite in one form, or rounded away;
 * - `cancellation`: in value, though exact arithmetic says that it is the same: one form loses its digits;
 * - `overflow`: the same, but one form is infinite or NaN by its intermediate results;
 * - `undecided`: in value, and 320 digits do not tell why;
 * - `nan`: one form is NaN where the other is not, and in exact arithmetic one of them or both are: a power whose exponent
 *   rounds to a whole number is one;
 * - `different`: truly another function away from the samples.
 */
export const ALIAS_CLASSES = [
  'equal',
  'kink',
  'gradient',
  'cancellation',
  'overflow',
  'undecided',
  'nan',
  'different',
] as const;

export type AliasClass = (typeof ALIAS_CLASSES)[number];

interface AliasComparison {
  class: AliasClass;
  /** Where the two differ that way, the nearest to 0 of those looked at; absent for `equal`. */
  at?: number;
  /** Both there: values, or derivatives for `kink` and `gradient`. */
  pair?: readonly [a: number, b: number];
  /** Points in [-3.05, 2.76] whose values differ by more than a millionth; few, and next to zeros of the function. */
  inside: number;
  /** The same in [-50, 50]. */
  outside: number;
}

/** Exact arithmetic at one point (kernels/precise-comparison.ts). */
type ComparePrecisely = (
  a: Expression,
  b: Expression,
  x: number,
) => 'equal' | 'different' | 'one-undefined' | 'both-undefined' | 'undecided';

interface CompareAliasesOptions {
  comparePrecisely: ComparePrecisely;
  /** @defaultValue ALL_OPERATORS */
  operators?: OperatorSet;
  /** Points in each of the two ranges. @defaultValue 4,096 */
  points?: number;
  /** Of the points. @defaultValue 'alias points' */
  seed?: number | string;
}

/** The samples' range. */
const INSIDE = [-3.05, 2.76] as const;
const OUTSIDE = [-50, 50] as const;
/** Relative difference above which two values differ. */
const TOLERANCE = 1e-6;
/** The same for derivatives, whose rounding is larger. */
const SLOPE_TOLERANCE = 1e-3;
/** Slopes that differ by less are the same to float32 training, in which slopes are near 1. */
const SMALLEST_SLOPE = 1e-7;
/** Smaller numbers are 0 in float32. */
const SMALLEST = 2 ** -126;
/** Where operators have kinks. */
const KINKS = [0, -2.5, 2.5];
/** Points that exact arithmetic looks at, and at which derivatives are compared: it takes milliseconds for each. */
const MAX_PRECISE = 6;
const SLOPE_POINTS = 512;

/** Compares two expressions of one canonical hash at fresh points within and beyond the range of the samples. */
export function compareAliases(
  a: Expression,
  b: Expression,
  { comparePrecisely, operators = ALL_OPERATORS, points = 4096, seed = 'alias points' }: CompareAliasesOptions,
): AliasComparison {
  const random = new SeededRandom(seed);
  const within = ([from, to]: readonly [number, number]): Float64Array =>
    Float64Array.from({ length: points }, () => from + (to - from) * random.next());
  const [inner, outer] = [within(INSIDE), within(OUTSIDE)];
  const [inside, outside] = [inner, outer].map((x) =>
    differing(x, evaluate(a, x, operators), evaluate(b, x, operators)),
  );
  const counts = { inside: inside!.length, outside: outside!.length };

  const differences = [...spread(inside!), ...spread(outside!)].map((difference) => ({
    ...difference,
    class: valueClass(comparePrecisely(a, b, difference.at), difference.pair),
  }));
  const gravest = differences.reduce<(typeof differences)[number] | undefined>(
    (worst, one) => (worst === undefined || isGraver(one.class, worst.class) ? one : worst),
    undefined,
  );
  if (gravest !== undefined) return { ...gravest, ...counts };

  const slopesAt = (x: Float64Array): Difference[] => {
    const [slopesA, slopesB] = [a, b].map((of) => differentiate(of, x, { operators }).derivatives);
    return differing(x, slopesA!, slopesB!, SLOPE_TOLERANCE, SMALLEST_SLOPE);
  };
  const share = Math.min(points, SLOPE_POINTS);
  const [slope] = nearest(slopesAt(Float64Array.of(...inner.subarray(0, share), ...outer.subarray(0, share))));
  if (slope !== undefined) return { class: 'gradient', ...slope, ...counts };
  const [kink] = nearest(slopesAt(Float64Array.from(KINKS)));
  return kink === undefined ? { class: 'equal', ...counts } : { class: 'kink', ...kink, ...counts };
}

interface Difference {
  at: number;
  pair: readonly [number, number];
}

const isGraver = (a: AliasClass, b: AliasClass): boolean => ALIAS_CLASSES.indexOf(a) > ALIAS_CLASSES.indexOf(b);

function valueClass(verdict: ReturnType<ComparePrecisely>, pair: readonly [number, number]): AliasClass {
  if (verdict === 'different') return 'different';
  if (verdict === 'one-undefined' || verdict === 'both-undefined') return 'nan';
  // Numbers too large even for exact arithmetic: whichever form is finite is right by its own means.
  if (!pair.every(Number.isFinite)) return 'overflow';
  return verdict === 'equal' ? 'cancellation' : 'undecided';
}

function differing(
  x: Float64Array,
  a: Float64Array,
  b: Float64Array,
  tolerance = TOLERANCE,
  floor = SMALLEST,
): Difference[] {
  const found: Difference[] = [];
  for (let i = 0; i < x.length; i++) {
    if (!agree(a[i]!, b[i]!, tolerance, floor)) found.push({ at: x[i]!, pair: [a[i]!, b[i]!] });
  }
  return found;
}

function agree(a: number, b: number, tolerance: number, floor: number): boolean {
  if (Object.is(a, b) || a === b) return true;
  const size = Math.max(Math.abs(a), Math.abs(b));
  return size < Infinity && Math.abs(a - b) <= Math.max(floor, tolerance * size);
}

const nearest = (found: Difference[]): Difference[] => found.sort((p, q) => Math.abs(p.at) - Math.abs(q.at));

/** A few of them, from the nearest to 0 to the farthest, of finite pairs and of others. */
function spread(found: Difference[]): Difference[] {
  const sorted = nearest(found);
  return [true, false].flatMap((finite) => {
    const some = sorted.filter(({ pair }) => pair.every(Number.isFinite) === finite);
    const count = Math.min(some.length, MAX_PRECISE);
    return Array.from({ length: count }, (_, i) => some[Math.floor((i * (some.length - 1)) / Math.max(1, count - 1))]!);
  });
}
