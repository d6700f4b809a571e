import { describe, expect, it } from 'vitest';
import { ALL_OPERATORS } from '../../src/domain/operators/index.js';
import { KNearestNeighbours } from '../../src/domain/surrogate/regressors/k-nearest-neighbours.js';
import { renderSvg } from '../../src/plot/render.js';
import { embeddingChart } from '../../src/plot/study/embedding-chart.js';
import { functionsChart } from '../../src/plot/study/functions-chart.js';
import { historyChart } from '../../src/plot/study/history-chart.js';
import { parallelChart } from '../../src/plot/study/parallel-chart.js';
import { placeLabels } from '../../src/plot/study/place-labels.js';
import { regressorChart } from '../../src/plot/study/regressor-chart.js';
import { spectraChart } from '../../src/plot/study/spectra-chart.js';
import type { PicturedTrial, StudyPicture } from '../../src/plot/study/study-picture.js';

const trial = (fn: string, number: number, valAcc: number | null, baseline = false): PicturedTrial => ({
  fn,
  hash: `hash of ${fn}`,
  number,
  baseline,
  result: {
    valAcc,
    valLoss: valAcc === null ? null : 1 - valAcc,
    testAcc: valAcc === null ? null : valAcc - 0.1,
    testLoss: 1,
    trainAcc: 0.9,
    trainLoss: 1,
    runtime: number,
  },
});

const TRIALS = [
  trial('relu(x)', 1, 0.5, true),
  trial('exp(exp(x))', 2, null),
  trial('tanh(x)', 3, 0.4, true),
  trial('erf(x)', 4, 0.7),
  trial('swish(x)', 5, 0.6),
];

const picture: StudyPicture = {
  study: 'digits',
  metric: 'valAcc',
  direction: 'max',
  operators: ALL_OPERATORS,
  trials: TRIALS,
  plane: {
    hashes: ['hash of relu(x)', 'hash of tanh(x)', 'waiting', 'hash of erf(x)', 'hash of swish(x)'],
    points: Float32Array.of(0, 0, 1, 0, 2, 2, 5, 5, 5, 4),
  },
};

describe('historyChart', () => {
  it('shows the best so far; a trial without a result changes nothing', () => {
    const [values, test] = historyChart(picture).panels;
    const line = { name: 'best so far', mark: 'step', x: [1, 2, 3, 4, 5], y: [0.5, 0.5, 0.5, 0.7, 0.7] };
    expect(values!.series[0]).toMatchObject(line);
    expect(test!.series[0]!.y).toEqual([0.4, 0.4, 0.4, 0.6, 0.6].map((value) => expect.closeTo(value)));
  });

  it('goes down where the metric shall be small', () => {
    const [values] = historyChart({ ...picture, metric: 'valLoss', direction: 'min' }).panels;
    expect(values!.series[0]!.y).toEqual([0.5, 0.5, 0.5, 0.3, 0.3].map((value) => expect.closeTo(value)));
  });

  it.each(['max', 'min'] as const)('keeps its scale where one trial lies far from the others (%s)', (direction) => {
    const far = direction === 'max' ? -1e9 : 1e9;
    const trials = Array.from({ length: 20 }, (_, i) => trial(`f${i}`, i + 1, i === 3 ? far : 0.5 + i / 100));
    const [values] = historyChart({ ...picture, direction, trials }).panels;
    const [from, to] = values!.y.range!;
    expect([from, to]).toEqual([expect.closeTo(0.5, 1), expect.closeTo(0.7, 1)]);
    expect(values!.title).toBe('1 of the trials, far from all others, at the edge');
    const drawn = values!.series[2]!.y[3]!;
    expect(drawn > from && drawn < to).toBe(true);
  });

  it('shows a best trial that lies far from the others', () => {
    const trials = Array.from({ length: 20 }, (_, i) => trial(`f${i}`, i + 1, i === 3 ? 0.9 : 0.1 + i / 1000));
    expect(historyChart({ ...picture, trials }).panels[0]!.y.range![1]).toBeGreaterThan(0.9);
  });

  it('begins with the first result there is', () => {
    const [values] = historyChart({ ...picture, trials: TRIALS.slice(1) }).panels;
    expect(values!.series[0]!.y).toEqual([Number.NaN, 0.4, 0.7, 0.7]);
  });
});

describe('embeddingChart', () => {
  it('has every function of the plane, the path in the order of the trials, and colours those with a result', () => {
    const [waiting, path, done] = embeddingChart(picture).panels[0]!.series;
    expect(waiting).toMatchObject({ muted: true, x: [2], y: [2] });
    expect([path!.x, path!.y, path!.color]).toEqual([
      [0, 1, Number.NaN, 1, 5, Number.NaN, 5, 5, Number.NaN],
      [0, 0, Number.NaN, 0, 5, Number.NaN, 5, 4, Number.NaN],
      [3, 3, 3, 4, 4, 4, 5, 5, 5],
    ]);
    expect(done).toMatchObject({ color: [0.5, 0.4, 0.7, 0.6], labels: ['relu(x)', 'tanh(x)', 'erf(x)', 'swish(x)'] });
  });
});

describe('the map', () => {
  it('names the best, the baselines and the ends of the path, and says what grey and the line are', () => {
    const [panel] = embeddingChart(picture).panels;
    const [, , , rings, names] = panel!.series;
    expect(rings).toMatchObject({ mark: 'rings', x: [0, 1], y: [0, 0] });
    expect(names!.labels).toEqual(['best: erf(x)', 'first: relu(x)', 'last: swish(x)', 'tanh(x)']);
    expect(panel!.note).toMatch(/Grey: not tried.*from pale \(first\) to dark \(last\) through all trials/);
  });

  it('joins only what was the best so far where trials are many', () => {
    const trials = Array.from({ length: 100 }, (_, i) => trial(`f${i}`, i + 1, i % 2 === 0 ? i / 100 : 0));
    const hashes = trials.map(({ hash }) => hash);
    const points = Float32Array.from({ length: 200 }, (_, i) => i);
    const [, path] = embeddingChart({ ...picture, trials, plane: { hashes, points } }).panels[0]!.series;
    expect(path!.x.length).toBe(3 * 49);
  });

  it('has no legend for colours before the first trial', async () => {
    expect(await renderSvg(embeddingChart({ ...picture, trials: [] }))).not.toContain('NaN');
  });

  it('lets no name cover another', () => {
    const near = Array.from({ length: 9 }, (_, i) => ({ x: 5 + i / 100, y: 5, text: 'a long name(x)' }));
    const placed = placeLabels([...near, { x: 9.9, y: 5, text: 'at the right edge(x)' }], [0, 10], [0, 10]);
    expect(new Set(placed.slice(0, 9).map(({ y }) => y.toFixed(2))).size).toBe(9);
    expect(placed.at(-1)!.x).toBeLessThan(9.9);
  });
});

describe('functionsChart', () => {
  it('draws the best, best first, with what they reached', () => {
    const { panels } = functionsChart(picture, 2);
    expect(panels.map(({ title }) => title)).toEqual(['0.7000  erf(x)', '0.6000  swish(x)']);
    const { x, y } = panels[0]!.series[0]!;
    expect([x[0], y[0], x[300], y[300]]).toEqual([-3, expect.closeTo(-1, 4), 0, 0]);
  });
});

describe('parallelChart', () => {
  it('has a line for each trial with a result, the best last, scaled by what the trials span', () => {
    const [panel] = parallelChart(picture).panels;
    const { x, y, color, labels } = panel!.series[0]!;
    const axes = panel!.x.labels!;
    expect(axes.map((text) => text.split('\n')[0])).toEqual(
      ['function', 'operators', 'mean output', 'std of output', 'saturated', 'falling'].concat([
        'train accuracy',
        'validation accuracy',
        'test accuracy',
        'seconds',
      ]),
    );
    expect(x.length).toBe(4 * (axes.length + 1));
    const values = Array.from({ length: 4 }, (_, t) => y[t * (axes.length + 1) + 7]!);
    expect(values).toEqual([0, 1, 2, 3].map((value) => expect.closeTo(value)));
    expect(labels!.at(-1)).toBe('erf(x)');
    expect(color!.length).toBe(x.length);
    expect(axes[7]).toBe('validation accuracy\n0.4 to 0.7');
    // Each line begins at the name of its function.
    expect(panel!.y.labels).toEqual(['tanh(x)', 'relu(x)', 'swish(x)', 'erf(x)']);
    expect(Array.from({ length: 4 }, (_, t) => y[t * (axes.length + 1)])).toEqual([0, 1, 2, 3]);
  });

  it('names the best of many, and has the others in grey', () => {
    const trials = Array.from({ length: 500 }, (_, i) => trial('tanh(x)', i + 1, i / 500));
    const [panel] = parallelChart({ ...picture, trials }).panels;
    expect(panel!.series.map(({ muted }) => muted ?? false)).toEqual([true, false]);
    expect(panel!.y.labels).toHaveLength(24);
    expect(panel!.title).toMatch(/The best 24 by name, the other 476 in grey/);
  });
});

describe('regressorChart', () => {
  it('predicts each trial from the others only', () => {
    const [map, left] = regressorChart(picture, { regressor: new KNearestNeighbours(1) }).panels;
    const { x, y } = left!.series[1]!;
    expect(x).toEqual([0.5, 0.4, 0.7, 0.6]);
    // The nearest other: tanh for relu, relu for tanh, swish for erf, erf for swish.
    expect(y).toEqual([0.4, 0.5, 0.6, 0.7]);
    expect(Array.from(map!.series[0]!.color!).slice(0, 2)).toEqual([0.5, 0.4]);
  });

  it('reads what the study reads, and ranks where it learns ranks', () => {
    // Along a line in another order than in the plane: relu, swish, tanh, erf.
    const along: Record<string, number> = { 'relu(x)': 0, 'swish(x)': 1, 'tanh(x)': 3, 'erf(x)': 6 };
    const features = new Map(Object.entries(along).map(([fn, place]) => [`hash of ${fn}`, [place]]));
    const model = { regressor: new KNearestNeighbours(1), features, ranked: true };
    const [map, left] = regressorChart(picture, model).panels;
    const { x, y } = left!.series[1]!;
    const [relu, tanh, erf, swish] = [0.375, 0.125, 0.875, 0.625];
    expect(x).toEqual([relu, tanh, erf, swish]);
    expect(y).toEqual([swish, swish, tanh, relu]);
    expect(map!.series[0]!.x).toEqual([0, 1, 5, 5]);
  });

  it('is empty, and no error, with fewer trials than the regressor needs', async () => {
    const chart = regressorChart({ ...picture, trials: TRIALS.slice(0, 1) }, { regressor: new KNearestNeighbours(3) });
    expect(chart.panels[1]!.series[1]!.y).toEqual([Number.NaN]);
    expect(await renderSvg(chart)).toMatch(/^<svg /);
  });
});

describe('spectraChart', () => {
  const layers = [
    { name: 'conv', bins: 4 },
    { name: 'dense', bins: 2 },
  ];
  const relu = { name: 'relu(x)', cdf: Float32Array.of(0, 0.25, 1, 1, 0.5, 1) };

  it('has a histogram and a CDF for each layer, over the range where some function has eigenvalues', () => {
    const other = { name: 'erf(x)', cdf: Float32Array.of(0, 0, 0.5, 1, 0, 1) };
    const { panels, columns } = spectraChart('spectra', layers, [relu, other]);
    expect([panels.length, columns]).toEqual([4, 2]);
    const [histogram, cumulated] = panels;
    expect(histogram!.x.range).toEqual([-50, 100]);
    expect(histogram!.series.map(({ name }) => name)).toEqual(['relu(x)', 'erf(x)']);
    expect(histogram!.series[0]!.x).toEqual([-100, -50, -50, 0, 0, 50, 50, 100]);
    expect(histogram!.series[0]!.y).toEqual([0, 0, 0.25, 0.25, 0.75, 0.75, 0, 0]);
    expect(cumulated!.series[1]).toMatchObject({ x: [-100, -50, 0, 50, 100], y: [0, 0, 0, 0.5, 1] });
  });

  it('refuses a spectrum of another network', () => {
    expect(() => spectraChart('spectra', layers, [{ ...relu, cdf: relu.cdf.subarray(1) }])).toThrow(
      "the spectrum of relu(x) has 5 values; the network's layers have 6",
    );
  });
});
