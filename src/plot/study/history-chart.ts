import type { Chart } from '../chart.js';
import { METRIC_TITLE, metricOf, type PicturedTrial, type StudyPicture } from './study-picture.js';

/** The metric of each trial in the order in which the search chose them, and the best so far with its test accuracy. */
export function historyChart(picture: StudyPicture): Chart {
  const { study, direction, metric, trials } = picture;
  const better = (a: number, b: number) => (direction === 'max' ? a > b : a < b);
  const best: PicturedTrial[] = [];
  for (const trial of trials) {
    const before = best.at(-1);
    const [value, reached] = [metricOf(trial, picture), before ? metricOf(before, picture) : Number.NaN];
    best.push(before && !better(value, reached) && Number.isFinite(reached) ? before : trial);
  }
  const x = trials.map((_, i) => i + 1);
  const some = (baseline: boolean) =>
    trials.map((trial) => (trial.baseline === baseline ? metricOf(trial, picture) : NaN));
  const points = (name: string, y: number[]) => ({
    name,
    mark: 'points' as const,
    x,
    y,
    labels: trials.map(({ fn }) => fn),
  });
  return {
    title: `${study}: ${trials.length} trials`,
    panels: [
      {
        x: { title: 'trials', range: [0, trials.length + 1] },
        y: { title: METRIC_TITLE[metric] },
        series: [
          { name: 'best so far', x, y: best.map((trial) => metricOf(trial, picture)) },
          points('baseline', some(true)),
          points('trial', some(false)),
        ],
      },
      {
        x: { title: 'trials', range: [0, trials.length + 1] },
        y: { title: 'test accuracy' },
        series: [{ name: 'of the best so far', x, y: best.map(({ result }) => result.testAcc ?? Number.NaN) }],
      },
    ],
  };
}
