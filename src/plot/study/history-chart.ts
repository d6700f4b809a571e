import type { Chart, Panel, Series } from '../chart.js';
import { roomy, usualRange } from '../range.js';
import { bestFirst, METRIC_TITLE, metricOf, type PicturedTrial, type StudyPicture } from './study-picture.js';

/** The metric of each trial in the order in which the search chose them, and the best so far with what it reached in the test. */
export function historyChart(picture: StudyPicture): Chart {
  const { study, metric, trials } = picture;
  const values = trials.map((trial) => metricOf(trial, picture));
  const best = bestSoFar(picture);
  const range = scaleOf(picture, values);
  // At the edge, but whole.
  const inset = 0.01 * (range[1] - range[0]);
  const onScale = (value: number) => Math.min(Math.max(value, range[0] + inset), range[1] - inset);
  const outside = values.filter((value) => onScale(value) !== value && !Number.isNaN(value)).length;
  const x = numbers(trials.length);
  const points = (name: string, baseline: boolean): Series => ({
    ...{ name, mark: 'points', x, labels: trials.map(({ fn }) => fn) },
    y: trials.map((trial, i) => (trial.baseline === baseline ? onScale(values[i]!) : Number.NaN)),
  });
  return {
    title: `${study}: ${trials.length} trials`,
    panels: [
      {
        ...(outside > 0 ? { title: `${outside} of the trials, far from all others, at the edge` } : {}),
        x: { title: 'trials', range: [0, trials.length + 1] },
        y: { title: METRIC_TITLE[metric], range },
        series: [
          { name: 'best so far', mark: 'step', x, y: best.map((trial) => metricOf(trial, picture)) },
          points('baseline', true),
          points('trial', false),
        ],
      },
      ...testPanel(best),
    ],
  };
}

/** The best of the first trials, for each number of them. */
function bestSoFar(picture: StudyPicture): PicturedTrial[] {
  const better = (a: number, b: number) => (picture.direction === 'max' ? a > b : a < b);
  const best: PicturedTrial[] = [];
  for (const trial of picture.trials) {
    const before = best.at(-1);
    const [value, reached] = [metricOf(trial, picture), before ? metricOf(before, picture) : Number.NaN];
    best.push(before && !better(value, reached) && Number.isFinite(reached) ? before : trial);
  }
  return best;
}

/** Without the values that lie far from all others, but with the best. */
function scaleOf(picture: StudyPicture, values: readonly number[]): readonly [number, number] {
  const [from, to] = usualRange(values);
  const [best] = bestFirst(picture);
  const top = best ? metricOf(best, picture) : from;
  return roomy([Math.min(from, top), Math.max(to, top)]);
}

/** Nothing where no test was reported. */
function testPanel(best: readonly PicturedTrial[]): Panel[] {
  const accuracies = best.map(({ result }) => result.testAcc ?? Number.NaN);
  const losses = best.map(({ result }) => result.testLoss ?? Number.NaN);
  const [title, y] = accuracies.some(Number.isFinite) ? ['test accuracy', accuracies] : ['test loss', losses];
  if (!y.some(Number.isFinite)) return [];
  return [
    {
      x: { title: 'trials', range: [0, best.length + 1] },
      y: { title, range: roomy(usualRange(y)) },
      series: [{ name: 'of the best so far', mark: 'step', x: numbers(best.length), y }],
    },
  ];
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1);
