import type { Expression } from '../expression/expression.js';
import { ALL_OPERATORS } from '../operators/index.js';
import type { OperatorSet } from '../operators/types.js';
import { differentiate } from './derivative.js';

/** How a function behaves towards +∞ or -∞. */
export type Asymptote =
  /** f → value. */
  | { kind: 'constant'; value: number }
  /** f - (slope·x + intercept) → 0. */
  | { kind: 'linear'; slope: number; intercept: number }
  /** |f| → ∞ in no straight line, with the sign of f. */
  | { kind: 'growth'; sign: 1 | -1; growth: Growth }
  /** ∞ over a half line, as 1/0 is. */
  | { kind: 'infinite'; sign: 1 | -1 }
  /** Not a number over a half line, as a fractional power of a negative number is. */
  | { kind: 'undefined' }
  /** Float64 does not show it: cancellation, or convergence as slow as 1/ln ln x. */
  | { kind: 'unclear' };

export type Growth =
  /** Without bound, but slower than any power of ln |x|. */
  | { order: 'below-logarithmic' }
  /** As (ln |x|)^exponent. */
  | { order: 'logarithmic'; exponent: number }
  /** As |x|^exponent, up to slower factors. */
  | { order: 'power'; exponent: number }
  /** As e^{rate·|x|}, up to slower factors. */
  | { order: 'exponential'; rate: number }
  /** As e^{c·|x|^exponent}, exponent not 1. */
  | { order: 'stretched-exponential'; exponent: number }
  /** Faster than the exponential of any power. */
  | { order: 'above-exponential' };

export interface Asymptotes {
  left: Asymptote;
  right: Asymptote;
}

/** Distances from 0 that are looked at, a fixed ratio apart: up to 1e150, whose square float64 has. */
const FIRST = 1 / 16;
const RATIO = 1.25;
const LAST = 1e150;
const DISTANCES = Float64Array.from(
  { length: Math.floor(Math.log(LAST / FIRST) / Math.log(RATIO)) + 1 },
  (_, i) => FIRST * RATIO ** i,
);
/** Rounding that a value may carry to be trusted, relative to max(1, |f|). */
const TRUSTED_ERROR = 1e-7;
/** Values that agree so far count as a limit reached. */
const SETTLED = 1e-9;

/** f, f' and its rounding at distances from 0 on one side; f' is towards ±∞, not towards the right. */
interface Side {
  at: (distances: ArrayLike<number>) => { values: Float64Array; slopes: Float64Array; trusted: boolean[] };
}

/**
 * What a function tends to at -∞ and +∞, decided numerically in float64: on the outermost stretch where the values are
 * finite and rounding is small, a limit is a value that no longer changes, a line a slope that no longer changes, and
 * growth goes by x·f'/f (a power's exponent) and f'/f (an exponential's rate).
 * @param operators @defaultValue ALL_OPERATORS
 */
export function asymptotes(expression: Expression, operators: OperatorSet = ALL_OPERATORS): Asymptotes {
  return { left: towards(-1), right: towards(1) };

  function towards(sign: 1 | -1): Asymptote {
    return asymptoteOf(
      {
        at: (distances) => {
          const x = Float64Array.from(distances, (distance) => sign * distance);
          const { values, derivatives, errors } = differentiate(expression, x, { operators, absorbing: true });
          return {
            values,
            slopes: derivatives.map((slope) => sign * slope),
            trusted: [...values].map(
              (value, i) =>
                Number.isFinite(value) &&
                Number.isFinite(derivatives[i]) &&
                errors[i]! <= TRUSTED_ERROR * Math.max(1, Math.abs(value)),
            ),
          };
        },
      },
      sign,
    );
  }
}

function asymptoteOf(side: Side, sign: 1 | -1): Asymptote {
  const { values, trusted } = side.at(DISTANCES);
  const far = values.subarray(-20);
  if (far.every(Number.isNaN) && values.subarray(0, 12).every(Number.isNaN)) return { kind: 'undefined' };
  const end = trusted.lastIndexOf(true);
  const start = trusted.lastIndexOf(false, end) + 1;
  if (end < 0) return allInfinite(values) ?? { kind: 'unclear' };
  const reach = reachOf(side, DISTANCES[end]!);
  // A stretch too short to tell, and a function that is infinite from its first poles on.
  if (end - start < 5) return allInfinite(values.subarray(end + 1)) ?? { kind: 'unclear' };
  const first = DISTANCES[start]!;
  return (
    limit(side, reach) ??
    line(side, reach, sign) ??
    slowly(side, first, reach) ??
    growing(side, first, reach) ?? { kind: 'unclear' }
  );
}

function allInfinite(values: Float64Array): Asymptote | undefined {
  const [first] = values;
  if (first === undefined || Math.abs(first) !== Infinity || !values.every((value) => value === first))
    return undefined;
  return { kind: 'infinite', sign: first > 0 ? 1 : -1 };
}

/** The last trusted distance: between one of DISTANCES and the next, to a part in 1,000. */
function reachOf(side: Side, from: number): number {
  const finer = Float64Array.from({ length: 225 }, (_, i) => from * 1.001 ** i);
  const { trusted } = side.at(finer);
  const end = trusted.indexOf(false);
  return finer[(end < 0 ? finer.length : end) - 1] ?? from;
}

/** f no longer changes. */
function limit(side: Side, reach: number): Asymptote | undefined {
  const { values, slopes } = side.at([0.6 * reach, 0.7 * reach, 0.8 * reach, 0.9 * reach, reach]);
  const value = values[4]!;
  const small = SETTLED * Math.max(1, Math.abs(value));
  if (!values.every((other) => Math.abs(other - value) <= small)) return undefined;
  // What still moves as fast as ln ln x seems to rest where a unit of ln x is small.
  if (Math.abs(slopes[4]! * reach) > small) return undefined;
  return { kind: 'constant', value: rounded(value, 1e-9) };
}

/** f' no longer changes, and neither does f - x·f'. */
function line(side: Side, reach: number, sign: 1 | -1): Asymptote | undefined {
  return lineAt(side, reach, sign, 1e6) ?? lineAt(side, reach, sign, 1e10);
}

/** @param far where the intercept is taken: near, it may not be reached yet; far, it drowns in the rounding of f */
function lineAt(side: Side, reach: number, sign: 1 | -1, far: number): Asymptote | undefined {
  const inner = Math.min(reach, far);
  const x = [0.6 * inner, 0.8 * inner, inner];
  const { values, slopes } = side.at(x);
  const slope = side.at([reach]).slopes[0]!;
  if (Math.abs(slope) < 1e-12) return undefined;
  const same = (a: number, b: number, by: number): boolean => Math.abs(a - b) <= by * Math.max(1, Math.abs(b));
  if (!slopes.every((other) => same(other / slope, 1, 1e-5))) return undefined;
  const intercepts = x.map((distance, i) => values[i]! - distance * slopes[i]!);
  if (!intercepts.every((other) => same(other, intercepts[2]!, 1e-5))) return undefined;
  return {
    kind: 'linear',
    slope: rounded(sign * slope, 1e-9),
    intercept: rounded(intercepts[2]!, Math.max(1e-5, 1e-14 * far)),
  };
}

/** Limits and growth that show only over many orders of magnitude: by differences between x, x² and x⁴. */
function slowly(side: Side, first: number, reach: number): Asymptote | undefined {
  if (reach < 1e12) return undefined;
  const x = [0.125, 0.25, 0.5, 1].map((power) => reach ** power);
  if (x[0]! < first) return undefined;
  const { values, slopes } = side.at(x);
  const order = slopes.map((slope, i) => (slope * x[i]!) / values[i]!);
  // A power or faster.
  if (Math.abs(order[3]!) > 0.02) return undefined;
  const steps = [1, 2, 3].map((i) => values[i]! - values[i - 1]!);
  const ratio = steps[2]! / steps[1]!;
  if (Math.abs(ratio) < 0.6 && Math.abs(steps[1]! / steps[0]!) < 0.65) {
    // Aitken's extrapolation of a geometric sequence.
    const value = values[3]! + (steps[2]! * ratio) / (1 - ratio);
    return { kind: 'constant', value: rounded(value, 1e-3) };
  }
  const sign = values[3]! > 0 ? 1 : -1;
  const exponent = order.map((p, i) => p * Math.log(x[i]!));
  if (exponent[3]! > 0.3 && Math.abs(exponent[3]! / exponent[2]! - 1) < 0.1) {
    return { kind: 'growth', sign, growth: { order: 'logarithmic', exponent: rounded(exponent[3]!, 0.05) } };
  }
  if (ratio >= 0.95 && steps[2]! * sign > 0) return { kind: 'growth', sign, growth: { order: 'below-logarithmic' } };
  return undefined;
}

/** Powers, exponentials and what is faster. */
function growing(side: Side, first: number, reach: number): Asymptote | undefined {
  const fractions = [1 / 8, 1 / 4, 1 / 2, 1];
  const near = fractions.map((fraction) => fraction * reach);
  const { values, slopes } = side.at([...near, Math.sqrt(reach)]);
  const value = values[3]!;
  if (!(Math.abs(value) > Math.abs(values[2]!)) || value * slopes[3]! <= 0) return undefined;
  const sign = value > 0 ? 1 : -1;
  const rate = slopes.map((slope, i) => slope / values[i]!);
  const order = rate[3]! * reach;
  if (Math.sqrt(reach) >= first && reach > 1e4) {
    const before = rate[4]! * Math.sqrt(reach);
    if (Math.abs(before / order - 1) < 0.1) {
      return { kind: 'growth', sign, growth: { order: 'power', exponent: rounded(order, 0.01) } };
    }
  }
  // Too little growth for an exponential over a stretch so short.
  if (!(order > 20) || near[0]! < first) return undefined;
  const [before, last] = [Math.log2(rate[2]! / rate[1]!), Math.log2(rate[3]! / rate[2]!)];
  if (Math.abs(last) < 0.05)
    return { kind: 'growth', sign, growth: { order: 'exponential', rate: rounded(rate[3]!, 0.01) } };
  if (Math.abs(last - before) < 0.02 && last > -0.9) {
    return { kind: 'growth', sign, growth: { order: 'stretched-exponential', exponent: rounded(1 + last, 0.01) } };
  }
  return last > 0 ? { kind: 'growth', sign, growth: { order: 'above-exponential' } } : undefined;
}

/** The nearest multiple of `by`; large values as they are. */
function rounded(value: number, by: number): number {
  const nearest = Number((Math.round(value / by) * by).toPrecision(12));
  return Math.abs(value) > 1e6 ? value : nearest + 0;
}
