import { pointsOf } from '../../domain/surrogate/points.js';
import type { Regressor } from '../../domain/surrogate/regressor.js';
import type { Chart } from '../chart.js';
import { METRIC_TITLE, metricOf, placesOf, type StudyPicture } from './study-picture.js';

/**
 * What the regressor makes of the trials: its prediction for every function of the map, and what it predicts for each
 * trial from the others (leave one out) against what was measured.
 */
export function regressorChart(picture: StudyPicture, regressor: Regressor): Chart {
  const places = placesOf(picture);
  const samples = picture.trials.flatMap((trial) => {
    const point = places.get(trial.hash);
    const value = metricOf(trial, picture);
    return point && Number.isFinite(value) ? [{ point, value, fn: trial.fn }] : [];
  });
  const enough = samples.length > regressor.minimumSamples;
  const predict = (from: typeof samples, at: ReadonlyArray<readonly number[]>): Float64Array => {
    regressor.fit(
      pointsOf(from.map(({ point }) => point)),
      from.map(({ value }) => value),
    );
    return regressor.predict(pointsOf(at)).mean;
  };
  const everywhere = [...places.values()];
  const map = enough ? predict(samples, everywhere) : new Float64Array(everywhere.length).fill(Number.NaN);
  const others = (left: (typeof samples)[number]) => samples.filter((one) => one !== left);
  const predicted = samples.map((one) => (enough ? predict(others(one), [one.point])[0]! : Number.NaN));
  const measured = samples.map(({ value }) => value);
  const [low, high] = [Math.min(...measured), Math.max(...measured)];
  const title = METRIC_TITLE[picture.metric];
  return {
    title: `${picture.study}: the surrogate after ${samples.length} trials`,
    columns: 2,
    panels: [
      {
        title: 'predicted for each function of the map',
        x: {},
        y: {},
        series: [
          {
            name: title,
            mark: 'points',
            x: everywhere.map(([x]) => x),
            y: everywhere.map(([, y]) => y),
            color: map,
          },
        ],
      },
      {
        title: 'trials, each predicted from the others',
        x: { title: `measured ${title}` },
        y: { title: `predicted ${title}` },
        series: [
          { name: 'equal', muted: true, x: [low, high], y: [low, high] },
          { name: 'trials', mark: 'points', x: measured, y: predicted, labels: samples.map(({ fn }) => fn) },
        ],
      },
    ],
  };
}
