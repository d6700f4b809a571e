import { pointsOf } from '../../domain/surrogate/points.js';
import { ranksOf } from '../../domain/surrogate/ranks.js';
import type { Regressor } from '../../domain/surrogate/regressors/regressor.js';
import type { Chart } from '../chart.js';
import { roomy, usualRange } from '../range.js';
import { METRIC_TITLE, metricOf, placesOf, type StudyPicture } from './study-picture.js';

/** How a study predicts. */
export interface PicturedModel {
  regressor: Regressor;
  /** What the regressor reads of each function, by hash. @defaultValue its place in the plane */
  features?: ReadonlyMap<string, readonly number[]>;
  /** It learns the ranks of the results, 0 to 1. @defaultValue false */
  ranked?: boolean;
}

/**
 * What the regressor makes of the trials: its prediction for every function of the map, and what it predicts for each
 * trial from the others (leave one out) against what was measured.
 */
export function regressorChart(picture: StudyPicture, { regressor, ranked = false, ...model }: PicturedModel): Chart {
  const places = placesOf(picture);
  const features = model.features ?? places;
  const found = picture.trials.flatMap((trial) => {
    const point = features.get(trial.hash);
    const value = metricOf(trial, picture);
    return point && Number.isFinite(value) ? [{ point, value, fn: trial.fn }] : [];
  });
  const ranks = ranksOf(found.map(({ value }) => value));
  const samples = ranked ? found.map((one, i) => ({ ...one, value: ranks[i]! })) : found;
  const enough = samples.length > regressor.minimumSamples;
  const predict = (from: typeof samples, at: ReadonlyArray<readonly number[]>): Float64Array => {
    regressor.fit(
      pointsOf(from.map(({ point }) => point)),
      from.map(({ value }) => value),
    );
    return regressor.predict(pointsOf(at)).mean;
  };
  const drawn = [...places].flatMap(([hash, place]) => {
    const point = features.get(hash);
    return point ? [{ place, point }] : [];
  });
  const at = drawn.map(({ point }) => point);
  const map = enough ? predict(samples, at) : new Float64Array(at.length).fill(Number.NaN);
  const others = (left: (typeof samples)[number]) => samples.filter((one) => one !== left);
  const predicted = samples.map((one) => (enough ? predict(others(one), [one.point])[0]! : Number.NaN));
  const measured = samples.map(({ value }) => value);
  const range = roomy(usualRange([...measured, ...predicted]));
  const title = `${ranked ? 'rank of ' : ''}${METRIC_TITLE[picture.metric]}`;
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
            x: drawn.map(({ place: [x] }) => x),
            y: drawn.map(({ place: [, y] }) => y),
            color: map,
          },
        ],
      },
      {
        title: 'trials, each predicted from the others',
        note: 'Grey: where both are equal.',
        x: { title: `measured ${title}`, range },
        y: { title: `predicted ${title}`, range },
        series: [
          { name: 'equal', muted: true, x: [...range], y: [...range] },
          { name: 'trials', mark: 'points', x: measured, y: predicted, labels: samples.map(({ fn }) => fn) },
        ],
      },
    ],
  };
}
