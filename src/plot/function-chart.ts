import { differentiate } from '../domain/analysis/derivative.js';
import { type Expression, formatExpression } from '../domain/expression/expression.js';
import { ALL_OPERATORS } from '../domain/operators/index.js';
import type { OperatorSet } from '../domain/operators/types.js';
import type { Chart, Panel } from './chart.js';
import { robustRange } from './range.js';

/** The samples are clipped to it. */
const LIMIT = 5;
const POINTS = 1001;

/**
 * A function and below it its derivative, over [-5, 5]. Parts that rise far above the rest are cut off.
 * @param operators @defaultValue ALL_OPERATORS
 */
export function functionChart(expression: Expression, operators: OperatorSet = ALL_OPERATORS): Chart {
  const x = Float64Array.from({ length: POINTS }, (_, i) => LIMIT * ((2 * i) / (POINTS - 1) - 1));
  const { values, derivatives } = differentiate(expression, x, { operators });
  const panel = (name: string, y: Float64Array, title?: string): Panel => ({
    x: { range: [-LIMIT, LIMIT], ...(title === undefined ? {} : { title }) },
    y: { title: name, range: robustRange(y) },
    series: [{ name, x, y }],
  });
  return { title: formatExpression(expression), panels: [panel('f(x)', values), panel("f'(x)", derivatives, 'x')] };
}
