import { slopeStatistics } from '../../domain/analysis/slope-statistics.js';
import { countOperators, parseExpression } from '../../domain/expression/expression.js';
import { outputFeatures } from '../../domain/features/output-features.js';
import { outputStatistics } from '../../domain/features/output-statistics.js';
import type { Chart } from '../chart.js';
import { threeDigits, usualRange } from '../range.js';
import { bestFirst, METRIC_TITLE, metricOf, type PicturedTrial, type StudyPicture } from './study-picture.js';

interface Coordinate {
  name: string;
  values: number[];
}

/** Functions that are named at the left: as many names as the picture has room for. */
const NAMED = 24;

/**
 * Parallel coordinates: a line for each trial through what its function is like on the samples (operators, mean and
 * standard deviation of outputs, shares of saturated and of negative slope) and what it reached. Those of the best begin
 * at their names and are coloured by the metric; the others are grey.
 */
export function parallelChart(picture: StudyPicture): Chart {
  // The best are drawn last, so that they lie on top.
  const trials = bestFirst(picture).reverse();
  const coordinates = [...ofFunctions(trials, picture), ...ofResults(trials, picture)].filter(({ values }) =>
    values.some(Number.isFinite),
  );
  const named = trials.slice(-NAMED);
  const rest = trials.length - named.length;
  // Heights are counted in names.
  const top = Math.max(1, named.length - 1);
  const heights = coordinates.map(({ values }) => scaled(values).map((height) => top * height));
  const linesOf = (from: number, to: number, begin: (trial: number) => number): Lines => {
    const lines: Lines = { x: [], y: [], color: [], labels: [] };
    for (let t = from; t < to; t++) {
      // A gap ends the line of each trial.
      const line = [begin(t), ...heights.map((values) => values[t]!), Number.NaN];
      for (const [at, height] of line.entries()) {
        lines.x.push(at);
        lines.y.push(height);
        lines.color.push(metricOf(trials[t]!, picture));
        lines.labels.push(trials[t]!.fn);
      }
    }
    return lines;
  };
  const { color: _, ...others } = linesOf(0, rest, () => Number.NaN);
  return {
    title: `${picture.study}: what the functions of ${trials.length} trials have in common`,
    panels: [
      {
        title:
          `${rest > 0 ? `The best ${named.length} by name, the other ${rest} in grey` : 'All by name'}, the best on top. ` +
          'Each axis goes from the lowest value (below) to the highest.',
        x: { range: [0, coordinates.length], labels: ['function', ...coordinates.map(label)] },
        y: { range: [0, top], labels: named.map(({ fn }) => fn) },
        series: [
          ...(rest > 0 ? [{ name: 'others', muted: true, ...others }] : []),
          { name: METRIC_TITLE[picture.metric], ...linesOf(rest, trials.length, (t) => t - rest) },
        ],
      },
    ],
  };
}

interface Lines {
  x: number[];
  y: number[];
  color: number[];
  labels: string[];
}

function ofFunctions(trials: readonly PicturedTrial[], { operators }: StudyPicture): Coordinate[] {
  const described = trials.map(({ fn }) => {
    const expression = parseExpression(fn, operators);
    const { mean, std } = outputStatistics(outputFeatures(expression, operators));
    const { saturated, negative } = slopeStatistics(expression, operators);
    return { operators: countOperators(expression), mean, std, saturated, negative };
  });
  const values = (key: keyof (typeof described)[number]) => described.map((one) => one[key] ?? Number.NaN);
  return [
    { name: 'operators', values: values('operators') },
    { name: 'mean output', values: values('mean') },
    { name: 'std of output', values: values('std') },
    { name: 'saturated', values: values('saturated') },
    { name: 'falling', values: values('negative') },
  ];
}

function ofResults(trials: readonly PicturedTrial[], { metric }: StudyPicture): Coordinate[] {
  const values = (key: keyof PicturedTrial['result']) => trials.map(({ result }) => result[key] ?? Number.NaN);
  return [
    { name: 'train accuracy', values: values('trainAcc') },
    { name: METRIC_TITLE[metric], values: values(metric) },
    { name: 'test accuracy', values: values('testAcc') },
    { name: 'seconds', values: values('runtime') },
  ];
}

function label({ name, values }: Coordinate): string {
  const [from, to] = usualRange(values);
  const beyond = values.filter((value) => value < from || value > to).length;
  return `${name}\n${threeDigits(from)} to ${threeDigits(to)}${beyond > 0 ? `\n(${beyond} beyond)` : ''}`;
}

/** Onto [0, 1], what lies far from all others at an end; equal values to the middle. */
function scaled(values: readonly number[]): number[] {
  const [from, to] = usualRange(values);
  const share = (value: number) => Math.min(1, Math.max(0, (value - from) / (to - from)));
  return values.map((value) => (from < to ? share(value) : 0.5 + 0 * value));
}
