import type { TopLevelSpec } from 'vega-lite';
import type { Axis, Chart, Panel, Picture, Series } from './chart.js';

/** DejaVu Sans, which the PNG is drawn with, has all letters and signs that formulas need. */
export const FONT = 'DejaVu Sans';

/** One row for each point. `run` counts the stretches without gaps, since a line is drawn through what it has. */
interface Row {
  x: number;
  y: number;
  upper?: number;
  series: string;
  run: number;
  color?: number;
  label?: string;
}

type LayerSpec = Extract<TopLevelSpec, { layer: unknown }>['layer'][number];

/** A chart in the grammar of Vega-Lite. */
export function vegaLiteSpec(
  { title, panels, columns = 1 }: Chart,
  { width = 640, height = 320 }: Picture = {},
): TopLevelSpec {
  return {
    ...(title === undefined ? {} : { title }),
    background: 'white',
    padding: 12,
    config: {
      font: FONT,
      view: { stroke: '#bbb' },
      axis: { gridColor: '#eee', labelFontSize: 12, titleFontSize: 13, titleFontWeight: 'normal' },
      legend: { labelFontSize: 12, labelLimit: 300, title: null, orient: 'top' },
      title: { fontSize: 15, anchor: 'start', fontWeight: 'normal', offset: 10, frame: 'group' },
    },
    resolve: { scale: { color: 'independent' } },
    columns,
    concat: panels.map((panel) => ({
      // A wide title would move the panel beside it.
      ...(panel.title === undefined ? {} : { title: { text: panel.title, limit: width, fontSize: 13 } }),
      width,
      height,
      layer: panel.series.map((series) => layer(panel, series)),
    })),
  };
}

const MUTED = '#ccc';

function layer(panel: Panel, series: Series): LayerSpec {
  const { mark = 'line', color, muted = false } = series;
  const shown = panel.series.filter((one) => !one.muted && !one.color && one.mark !== 'band');
  const names = shown.map((one) => one.name);
  return {
    data: { values: rows(series).map((row) => ({ ...row })) },
    mark: {
      // Vega-Lite joins points from left to right otherwise: neither steps nor paths are drawn so.
      line: { type: 'line' as const, order: false, clip: true, strokeWidth: color || muted ? 1 : 2 },
      points: { type: 'circle' as const, clip: true, size: 24, opacity: 0.8 },
      bars: { type: 'bar' as const, clip: true },
      band: { type: 'area' as const, clip: true, opacity: 0.15 },
    }[mark],
    encoding: {
      x: { field: 'x', type: 'quantitative', ...axis(panel.x) },
      y: { field: 'y', type: 'quantitative', ...axis(panel.y) },
      ...(mark === 'band' ? { y2: { field: 'upper' } } : {}),
      ...(mark === 'line' ? { detail: { field: 'run' } } : {}),
      color: colorOf(series, names),
      ...(series.labels === undefined ? {} : { description: { field: 'label' } }),
    },
  };
}

function colorOf({ name, color, muted }: Series, names: readonly string[]) {
  if (muted) return { value: MUTED };
  if (color === undefined) {
    return { field: 'series', type: 'nominal' as const, scale: { domain: [...names] }, ...onlyFor(names) };
  }
  const legend = { title: name, gradientLength: 160 };
  return { field: 'color', type: 'quantitative' as const, scale: { scheme: 'viridis' as const }, legend };
}

/** A legend of one entry says nothing. */
const onlyFor = (names: readonly string[]): { legend?: null } => (names.length > 1 ? {} : { legend: null });

function axis({ title, scale = 'linear', range, labels }: Axis) {
  return {
    title: title ?? null,
    ...(labels === undefined ? {} : { axis: named(labels) }),
    scale: {
      type: scale,
      nice: range === undefined,
      ...(scale === 'log' ? {} : { zero: false }),
      ...(range ? { domain: [...range] } : {}),
    },
  };
}

/** Texts at 0, 1, 2, ...; JSON of texts is what Vega reads as a list of texts. */
const named = (labels: readonly string[]) => ({
  values: labels.map((_, i) => i),
  labelExpr: `split(${JSON.stringify(labels)}[datum.value], '\\n')`,
  labelOverlap: false,
  labelFlush: false,
  labelLimit: 300,
});

function rows({ name, x, y, upper, color, labels }: Series): Row[] {
  const found: Row[] = [];
  let run = 0;
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(x[i]) || !Number.isFinite(y[i])) {
      run++;
      continue;
    }
    found.push({
      x: x[i]!,
      y: y[i]!,
      series: name,
      run,
      ...(upper === undefined ? {} : { upper: upper[i]! }),
      ...(color === undefined ? {} : { color: color[i]! }),
      ...(labels === undefined ? {} : { label: labels[i]! }),
    });
  }
  return found;
}
