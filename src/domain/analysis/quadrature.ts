/** Positive nodes and weights of the 15-point Kronrod rule on [-1, 1], outermost first (QUADPACK, Piessens 1983). */
const NODES = [
  0.9914553711208126, 0.9491079123427585, 0.8648644233597691, 0.7415311855993945, 0.5860872354676911,
  0.4058451513773972, 0.20778495500789848, 0,
];
const KRONROD = [
  0.022935322010529224, 0.06309209262997856, 0.10479001032225019, 0.14065325971552592, 0.1690047266392679,
  0.19035057806478542, 0.20443294007529889, 0.20948214108472782,
];
/** Weights of the embedded 7-point Gauss rule: it has every second node. */
const GAUSS = [0, 0.1294849661688697, 0, 0.27970539148927664, 0, 0.3818300505051189, 0, 0.4179591836734694];

const POINTS = 15;

interface Interval {
  from: number;
  to: number;
}

interface Estimate {
  interval: Interval;
  /** Of each integrand, by the Kronrod rule. */
  integrals: number[];
  /** Of each integrand's absolute value. */
  magnitudes: number[];
  /** Of each integrand: the difference between the two rules. */
  errors: number[];
}

interface Quadrature {
  /** One for each integrand. */
  integrals: number[];
  /** Whether every interval met the tolerance; false for a pole that diverges, and for noise. */
  converged: boolean;
}

interface QuadratureOptions {
  /** Error that an interval may add, relative to the integral of the absolute value. @defaultValue 1e-11 */
  tolerance?: number;
  /** Bisections of an interval before giving up: enough for a jump or kink to shrink to the tolerance. @defaultValue 80 */
  maxDepth?: number;
  /** Intervals in one generation before giving up: an integrand of rounding noise never converges. @defaultValue 10,000 */
  maxIntervals?: number;
}

/**
 * Integrals of several functions over the intervals between break points, by adaptive Gauss-Kronrod quadrature. Whole
 * generations of intervals are evaluated in one call. No integrand is evaluated at a break point.
 * @param integrands of an array of n points, one array of n values for each integrand
 * @param breakPoints ascending, where integrands may have kinks or poles
 */
export function integrate(
  integrands: (points: Float64Array) => readonly ArrayLike<number>[],
  breakPoints: readonly number[],
  { tolerance = 1e-11, maxDepth = 80, maxIntervals = 10_000 }: QuadratureOptions = {},
): Quadrature {
  let pending: Interval[] = breakPoints.slice(1).map((to, i) => ({ from: breakPoints[i]!, to }));
  const done: Estimate[] = [];
  const total = (estimates: Estimate[], of: 'integrals' | 'magnitudes'): number[] =>
    (estimates[0]?.[of] ?? []).map((_, k) => estimates.reduce((sum, estimate) => sum + estimate[of][k]!, 0));

  for (let depth = 0; ; depth++) {
    const estimates = estimate(integrands, pending);
    const magnitudes = total([...done, ...estimates], 'magnitudes');
    const settled = ({ errors }: Estimate): boolean => errors.every((error, k) => error <= tolerance * magnitudes[k]!);
    done.push(...estimates.filter(settled));
    const unsettled = estimates.filter((e) => !settled(e));
    if (unsettled.length === 0) return { integrals: total(done, 'integrals'), converged: true };
    const hopeless = unsettled.some(({ interval }) => isIndivisible(interval));
    if (hopeless || depth === maxDepth || 2 * unsettled.length > maxIntervals) {
      return { integrals: total([...done, ...unsettled], 'integrals'), converged: false };
    }
    pending = unsettled.flatMap(({ interval: { from, to } }) => {
      const middle = (from + to) / 2;
      return [
        { from, to: middle },
        { from: middle, to },
      ];
    });
  }
}

/** Whether float64 has too few numbers within. An integrand that still matters there has a pole that diverges. */
function isIndivisible({ from, to }: Interval): boolean {
  return to - from < 1e-15 * Math.max(Math.abs(from), Math.abs(to));
}

function estimate(
  integrands: (points: Float64Array) => readonly ArrayLike<number>[],
  intervals: readonly Interval[],
): Estimate[] {
  const points = new Float64Array(POINTS * intervals.length);
  intervals.forEach(({ from, to }, i) => {
    for (let p = 0; p < POINTS; p++) points[POINTS * i + p] = (from + to) / 2 + ((to - from) / 2) * nodeAt(p);
  });
  const values = integrands(points);
  return intervals.map((interval, i) => {
    const half = (interval.to - interval.from) / 2;
    const result: Estimate = { interval, integrals: [], magnitudes: [], errors: [] };
    for (const of of values) {
      let kronrod = 0;
      let gauss = 0;
      let magnitude = 0;
      for (let p = 0; p < POINTS; p++) {
        const value = of[POINTS * i + p]!;
        const weight = Math.min(p, POINTS - 1 - p);
        kronrod += KRONROD[weight]! * value;
        gauss += GAUSS[weight]! * value;
        magnitude += KRONROD[weight]! * Math.abs(value);
      }
      result.integrals.push(half * kronrod);
      result.magnitudes.push(half * magnitude);
      result.errors.push(half * Math.abs(kronrod - gauss));
    }
    return result;
  });
}

/** The nodes in ascending order. */
function nodeAt(p: number): number {
  return p < POINTS / 2 ? -NODES[p]! : NODES[POINTS - 1 - p]!;
}
