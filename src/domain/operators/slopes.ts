import { apply } from './check-points.js';
import type { Operator } from './types.js';

/** Beside the size of the argument; rounding of float64 enters a slope as 1e-16/STEP. */
const STEP = 1e-4;
/** Slopes on the two sides of a smooth point draw together as the step shrinks, by about this. */
const SHRINK = 10;

/**
 * ∂f/∂argᵢ at a point by central finite differences of the numeric form, relative error about 1e-7.
 * @returns undefined where there is none to compare with: left and right slope differ (a kink, a jump, a pole), or a
 * value beside the point is not finite
 */
export function slopeAt(operator: Operator, args: readonly number[], i: number): number | undefined {
  const f = (shift: number): number => apply(operator, args.with(i, args[i]! + shift));
  const wide = STEP * Math.max(1, Math.abs(args[i]!));
  const [far, near] = [wide, wide / SHRINK].map((h) => {
    const [left, middle, right] = [f(-h), f(0), f(h)] as const;
    return { slope: (right - left) / (2 * h), apart: Math.abs((right - middle) / h - (middle - left) / h) };
  }) as [Difference, Difference];
  if (!Number.isFinite(far.slope) || !Number.isFinite(near.slope)) return undefined;
  // A smooth function's ratio is 1/SHRINK, a kink's is 1.
  const smooth = near.apart <= (3 / SHRINK) * far.apart || near.apart <= 1e-6 * (1 + Math.abs(near.slope));
  return smooth ? near.slope : undefined;
}

interface Difference {
  slope: number;
  apart: number;
}
