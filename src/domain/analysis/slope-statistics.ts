import type { Expression } from '../expression/expression.js';
import { outputSamples } from '../features/samples.js';
import { ALL_OPERATORS } from '../operators/index.js';
import type { OperatorSet } from '../operators/types.js';
import { differentiate } from './derivative.js';

type Monotonicity = 'constant' | 'increasing' | 'decreasing' | 'neither';

/** The derivative of a function on the 1,000 samples, and whether the function is monotone. */
export interface SlopeStatistics {
  /** Share of the samples where |f'| < SATURATED: an input there hardly moves the output, and no gradient passes. */
  saturated: number;
  /** Share of the samples where f' < 0. */
  negative: number;
  /** Share of the samples where f' is not finite. */
  notFinite: number;
  /** Root mean square of the finite f': near 1, gradients keep their size. Null where none is finite. */
  rms: number | null;
  /** Over [-5, 5], in the weak sense; null where f is not finite somewhere there. */
  monotone: Monotonicity | null;
}

/** Below this, a slope counts as saturation; that of tanh at 4.2, of sigmoid at 6.9. */
const SATURATED = 1e-3;
/** The samples are clipped to it. */
const LIMIT = 5;
const GRID = Float64Array.from({ length: 4001 }, (_, i) => -LIMIT + (i * 2 * LIMIT) / 4000);
/** Of which a monotone function's values may step the wrong way by rounding, relative to the larger. */
const ROUNDING = 1e-13;

/** @param operators @defaultValue ALL_OPERATORS */
export function slopeStatistics(expression: Expression, operators: OperatorSet = ALL_OPERATORS): SlopeStatistics {
  const { derivatives } = differentiate(expression, outputSamples(), { operators });
  const finite = derivatives.filter(Number.isFinite);
  const share = (holds: (slope: number) => boolean): number => derivatives.filter(holds).length / derivatives.length;
  const squares = finite.reduce((sum, slope) => sum + slope * slope, 0);
  return {
    saturated: share((slope) => Math.abs(slope) < SATURATED),
    negative: share((slope) => slope < 0),
    notFinite: share((slope) => !Number.isFinite(slope)),
    rms: finite.length > 0 ? Math.sqrt(squares / finite.length) : null,
    monotone: monotonicity(expression, operators),
  };
}

function monotonicity(expression: Expression, operators: OperatorSet): Monotonicity | null {
  const { values, errors } = differentiate(expression, GRID, { operators, absorbing: true });
  if (!values.every(Number.isFinite)) return null;
  let up = false;
  let down = false;
  for (let i = 1; i < values.length; i++) {
    const step = values[i]! - values[i - 1]!;
    const noise = Math.max(ROUNDING * Math.abs(values[i]!), 2 * (errors[i]! + errors[i - 1]!));
    if (step > noise) up = true;
    else if (step < -noise) down = true;
  }
  if (up) return down ? 'neither' : 'increasing';
  return down ? 'decreasing' : 'constant';
}
