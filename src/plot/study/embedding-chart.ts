import type { Chart } from '../chart.js';
import { METRIC_TITLE, metricOf, placesOf, type StudyPicture } from './study-picture.js';

/** The map of functions: those that wait in grey, those that are done coloured by the metric, and the path of the search. */
export function embeddingChart(picture: StudyPicture): Chart {
  const places = placesOf(picture);
  const done = picture.trials.flatMap((trial) => {
    const place = places.get(trial.hash);
    return place ? [{ ...trial, place, value: metricOf(trial, picture) }] : [];
  });
  const measured = done.filter(({ value }) => Number.isFinite(value));
  const waiting = [...places.values()];
  return {
    title: `${picture.study}: ${places.size} functions, ${done.length} of them tried`,
    panels: [
      {
        x: {},
        y: {},
        series: [
          { name: 'waiting', mark: 'points', muted: true, x: waiting.map(([x]) => x), y: waiting.map(([, y]) => y) },
          {
            name: 'path of the search',
            x: done.map(({ place }) => place[0]),
            y: done.map(({ place }) => place[1]),
            muted: true,
          },
          {
            name: METRIC_TITLE[picture.metric],
            mark: 'points',
            x: measured.map(({ place }) => place[0]),
            y: measured.map(({ place }) => place[1]),
            color: measured.map(({ value }) => value),
            labels: measured.map(({ fn }) => fn),
          },
        ],
      },
    ],
  };
}
