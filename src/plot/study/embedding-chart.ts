import type { Chart, Series } from '../chart.js';
import { panelRange, roomy } from '../range.js';
import { type Named, placeLabels } from './place-labels.js';
import { bestFirst, METRIC_TITLE, metricOf, placesOf, type StudyPicture } from './study-picture.js';

/**
 * The map of functions: those not tried in grey, those tried coloured by the metric, the best and the baselines by name,
 * and the path of the search from pale to dark. Of many trials the path joins those that were the best when they came.
 */
export function embeddingChart(picture: StudyPicture): Chart {
  const places = placesOf(picture);
  const done = picture.trials.flatMap((trial) => {
    const place = places.get(trial.hash);
    return place ? [{ ...trial, place, value: metricOf(trial, picture) }] : [];
  });
  const measured = done.filter(({ value }) => Number.isFinite(value));
  const baselines = done.filter(({ baseline }) => baseline);
  const tried = new Set(done.map(({ hash }) => hash));
  const waiting = [...places].filter(([hash]) => !tried.has(hash)).map(([, place]) => place);
  const waited = points('not tried', waiting);
  const ranges = panelRange({ x: {}, y: {}, series: [points('all', [...places.values()])] });
  const [across, up] = [roomy(ranges.x), roomy(ranges.y)];
  const whole = done.length <= LONGEST_PATH;
  const names = placeLabels(namesOf(picture, done), across, up);
  return {
    title: `${picture.study}: ${places.size} functions, ${done.length} of them tried`,
    panels: [
      {
        note:
          'Near are functions with similar features. Grey: not tried. Diamonds: baselines. The line goes from pale ' +
          `(first) to dark (last) through ${whole ? 'all trials' : 'the trials that were the best so far'}.`,
        x: { range: across },
        y: { range: up },
        series: [
          { ...waited, muted: true },
          pathOf(whole ? done : improvements(done, picture)),
          {
            ...points(
              METRIC_TITLE[picture.metric],
              measured.map(({ place }) => place),
            ),
            color: measured.map(({ value }) => value),
            labels: measured.map(({ fn }) => fn),
          },
          {
            ...points(
              'baselines',
              baselines.map(({ place }) => place),
            ),
            mark: 'rings',
          },
          {
            ...{ name: 'names', mark: 'text', labels: names.map(({ text }) => text) },
            ...{ x: names.map(({ x }) => x), y: names.map(({ y }) => y) },
          },
        ],
      },
    ],
  };
}

type Place = readonly [x: number, y: number];

const points = (name: string, places: readonly Place[]): Series => ({
  ...{ name, mark: 'points', x: places.map(([x]) => x), y: places.map(([, y]) => y) },
});

/** Trials beyond which nobody can follow a line through all of them. */
const LONGEST_PATH = 60;

/** The trials that were better than all before them. */
function improvements<T extends { value: number }>(done: readonly T[], { direction }: StudyPicture): T[] {
  const sign = direction === 'max' ? 1 : -1;
  let best = Number.NEGATIVE_INFINITY;
  return done.filter(({ value }) => {
    if (!(sign * value > best)) return false;
    best = sign * value;
    return true;
  });
}

/** Each stretch is a line of its own, coloured by the number of the trial that it leads to. */
function pathOf(trials: readonly PlacedTrial[]): Series {
  const stretches = trials.slice(1).map((to, i) => ({ from: trials[i]!, to }));
  const along = (axis: 0 | 1) => stretches.flatMap(({ from, to }) => [from.place[axis], to.place[axis], Number.NaN]);
  const color = stretches.flatMap(({ to }) => [to.number, to.number, to.number]);
  return { name: 'trial', x: along(0), y: along(1), color, colors: 'pale to dark' };
}

/** The best, the baselines, and where the path begins and ends; the best first, which shall be read in any case. */
function namesOf(picture: StudyPicture, done: ReadonlyArray<PlacedTrial>): Named[] {
  const best = bestFirst(picture).find(({ hash }) => done.some((trial) => trial.hash === hash))?.hash;
  const roles = { best, first: done[0]?.hash, last: done.at(-1)?.hash };
  const named = done.flatMap(({ fn, hash, baseline, place: [x, y] }) => {
    const its = Object.entries(roles).flatMap(([role, of]) => (of === hash ? [role] : []));
    const text = its.length > 0 ? `${its.join(', ')}: ${fn}` : fn;
    return its.length > 0 || baseline ? [{ x, y, text, rank: hash === best ? 0 : its.length > 0 ? 1 : 2 }] : [];
  });
  return named.sort((a, b) => a.rank - b.rank);
}

interface PlacedTrial {
  fn: string;
  number: number;
  hash: string;
  baseline: boolean;
  place: Place;
}
