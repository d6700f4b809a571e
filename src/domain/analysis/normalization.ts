import { type Expression, formatExpression } from '../expression/expression.js';
import { ExpressionError } from '../expression/expression-error.js';
import { evaluate } from '../features/evaluate.js';
import { ALL_OPERATORS } from '../operators/index.js';
import type { OperatorSet } from '../operators/types.js';
import { integrate } from './quadrature.js';

/** The function has no mean or variance, or none that one could divide by. */
export class NotNormalizableError extends ExpressionError {
  override readonly name = 'NotNormalizableError';

  constructor(message: string) {
    super('expression', message, undefined, 'FUNCTION_NOT_NORMALIZABLE');
  }
}

/** Mean and standard deviation of f(x) for standard Gaussian x. */
export interface Normalization {
  mean: number;
  std: number;
}

/**
 * Integrals run over [-40, 40]: φ(40) = 4e-348, and a function whose second moment exists and still has weight outside
 * would have to grow like e^{x²/4}. Whole numbers are break points, since kinks and poles lie there most often.
 */
const LIMIT = 40;
const BREAK_POINTS = Array.from({ length: 2 * LIMIT + 1 }, (_, i) => i - LIMIT);
/** The share of the second moment that the outermost unit on either side may hold; more means that it diverges. */
const TAIL_SHARE = 1e-9;
/** Standard deviation over root mean square below which float32 networks see a constant. */
const CONSTANT_SHARE = 1e-7;
const DIVERGES = 'its moments under a standard Gaussian input diverge';

/** √φ(x), with φ the standard Gaussian density: f·√φ stays in float64's range where f² would not. */
const rootDensity = (x: number): number => (2 * Math.PI) ** -0.25 * Math.exp((-x * x) / 4);

/**
 * The constants that give a function mean 0 and variance 1 for standard Gaussian input: ∫f(x)φ(x)dx and the root of
 * ∫(f(x) - mean)²φ(x)dx over the line, by adaptive quadrature in float64, relative error about 1e-9.
 * @param operators @defaultValue ALL_OPERATORS
 * @throws NotNormalizableError (an ExpressionError of kind 'expression') where f is not a number for some x, where its
 * moments diverge, or where its variance is 0
 */
export function normalization(expression: Expression, operators: OperatorSet = ALL_OPERATORS): Normalization {
  const refuse = (reason: string): never => {
    throw new NotNormalizableError(`${formatExpression(expression)} cannot be normalized: ${reason}`);
  };

  /** f·√φ at the points. */
  const weighted = (points: Float64Array, shift: number): Float64Array => {
    const values = evaluate(expression, points, operators);
    return values.map((value, i) => {
      const x = points[i]!;
      if (Number.isNaN(value)) refuse(`it is not a number (NaN) at x = ${Number(x.toPrecision(4))}`);
      const result = (value - shift) * rootDensity(x);
      if (!Number.isFinite(result * result)) refuse(DIVERGES);
      return result;
    });
  };
  const moments = (shift: number, breakPoints: readonly number[]): [mean: number, square: number] => {
    const { integrals, converged } = integrate((points) => {
      const f = weighted(points, shift);
      return [f.map((value, i) => value * rootDensity(points[i]!)), f.map((value) => value * value)];
    }, breakPoints);
    if (!converged) refuse(DIVERGES);
    return [integrals[0]!, integrals[1]!];
  };

  const [mean, square] = moments(0, BREAK_POINTS);
  for (const edge of [BREAK_POINTS.slice(0, 2), BREAK_POINTS.slice(-2)]) {
    if (moments(0, edge)[1] > TAIL_SHARE * square) refuse(DIVERGES);
  }
  // About the mean, since ∫f²φ - mean² would cancel.
  const [offset, variance] = moments(mean, BREAK_POINTS);
  const std = Math.sqrt(Math.max(0, variance - offset * offset));
  if (std <= CONSTANT_SHARE * Math.sqrt(square)) refuse('its variance under a standard Gaussian input is 0');
  return { mean, std };
}
