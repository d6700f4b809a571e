import { slopeStatistics } from '../../domain/analysis/slope-statistics.js';
import { countOperators, parseExpression } from '../../domain/expression/expression.js';
import { outputFeatures } from '../../domain/features/output-features.js';
import { outputStatistics } from '../../domain/features/output-statistics.js';
import type { Chart } from '../chart.js';
import { threeDigits } from '../range.js';
import { bestFirst, METRIC_TITLE, metricOf, type PicturedTrial, type StudyPicture } from './study-picture.js';

interface Coordinate {
  name: string;
  values: number[];
}

/**
 * Parallel coordinates: a line for each trial through what its function is like on the samples (operators, mean and
 * standard deviation of outputs, shares of saturated and of negative slope) and what it reached, coloured by the metric.
 */
export function parallelChart(picture: StudyPicture): Chart {
  // The best are drawn last, so that they lie on top.
  const trials = bestFirst(picture).reverse();
  const coordinates = [...ofFunctions(trials, picture), ...ofResults(trials, picture)].filter(({ values }) =>
    values.some(Number.isFinite),
  );
  const heights = coordinates.map(({ values }) => scaled(values));
  const [x, y, color, labels]: [number[], number[], number[], string[]] = [[], [], [], []];
  trials.forEach((trial, t) => {
    // A gap ends the line of each trial.
    for (let c = 0; c <= coordinates.length; c++) {
      x.push(c < coordinates.length ? c : Number.NaN);
      y.push(heights[c]?.[t] ?? Number.NaN);
      color.push(metricOf(trial, picture));
      labels.push(trial.fn);
    }
  });
  return {
    title: `${picture.study}: what the functions of ${trials.length} trials have in common`,
    panels: [
      {
        x: { range: [0, Math.max(1, coordinates.length - 1)], labels: coordinates.map(label) },
        y: { range: [0, 1], labels: ['lowest', 'highest'] },
        series: [{ name: METRIC_TITLE[picture.metric], x, y, color, labels }],
      },
    ],
  };
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
  const [from, to] = extent(values);
  return `${name}\n${threeDigits(from)} to ${threeDigits(to)}`;
}

/** Onto [0, 1]; equal values to the middle. */
function scaled(values: readonly number[]): number[] {
  const [from, to] = extent(values);
  return values.map((value) => (from < to ? (value - from) / (to - from) : 0.5 + 0 * value));
}

function extent(values: readonly number[]): [number, number] {
  const finite = values.filter(Number.isFinite);
  return [Math.min(...finite), Math.max(...finite)];
}
