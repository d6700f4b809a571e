import { parseExpression } from '../../domain/expression/expression.js';
import { evaluate } from '../../domain/features/evaluate.js';
import type { Chart } from '../chart.js';
import { robustRange } from '../range.js';
import { bestFirst, METRIC_TITLE, metricOf, type StudyPicture } from './study-picture.js';

/** The samples of output features reach about so far: what lies outside, a normalised network seldom meets. */
const LIMIT = 3;
const POINTS = 601;
const COLUMNS = 3;

/** The curves of the best functions over [-3, 3], a panel each, best first; parts far above the rest are cut off. */
export function functionsChart(picture: StudyPicture, top: number): Chart {
  const x = Float64Array.from({ length: POINTS }, (_, i) => LIMIT * ((2 * i) / (POINTS - 1) - 1));
  const best = bestFirst(picture).slice(0, top);
  return {
    title: `${picture.study}: the best ${best.length} functions by ${METRIC_TITLE[picture.metric]}`,
    columns: Math.min(COLUMNS, Math.max(1, best.length)),
    panels: best.map((trial) => {
      const y = evaluate(parseExpression(trial.fn, picture.operators), x, picture.operators);
      return {
        title: `${metricOf(trial, picture).toFixed(4)}  ${trial.fn}`,
        x: { range: [-LIMIT, LIMIT] },
        y: { range: robustRange(y) },
        series: [{ name: 'f(x)', x, y }],
      };
    }),
  };
}
