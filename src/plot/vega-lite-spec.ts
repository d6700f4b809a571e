import type { TopLevelSpec } from 'vega-lite';
import type { Axis, Chart, Panel, Picture, Series } from './chart.js';

/** DejaVu Sans, which the PNG is drawn with, has all letters and signs that formulas need. */
export const FONT = 'DejaVu Sans';

/** One row for each point. `run` counts the stretches without gaps, since a line is drawn through what it has. */
interface Row {
  x: number;
  y: number;
  series: string;
  run: number;
  color?: number;
  label?: string;
}

type LayerSpec = Extract<TopLevelSpec, { layer: unknown }>['layer'][number];

/** A chart in the grammar of Vega-Lite. */
export function vegaLiteSpec({ title, panels }: Chart, { width = 640, height = 320 }: Picture = {}): TopLevelSpec {
  return {
    ...(title === undefined ? {} : { title }),
    background: 'white',
    padding: 12,
    config: {
      font: FONT,
      view: { stroke: '#bbb' },
      axis: { gridColor: '#eee', labelFontSize: 12, titleFontSize: 13, titleFontWeight: 'normal' },
      legend: { labelFontSize: 12, title: null, orient: 'top' },
      title: { fontSize: 15, anchor: 'start', fontWeight: 'normal', offset: 10 },
    },
    resolve: { scale: { color: 'independent' } },
    vconcat: panels.map((panel) => ({
      ...(panel.title === undefined ? {} : { title: panel.title }),
      width,
      height,
      layer: panel.series.map((series) => layer(panel, series)),
    })),
  };
}

function layer(panel: Panel, series: Series): LayerSpec {
  const { name, mark = 'line', color } = series;
  const names = panel.series.map((one) => one.name);
  return {
    data: { values: rows(series).map((row) => ({ ...row })) },
    mark: {
      line: { type: 'line' as const, clip: true, strokeWidth: 2 },
      points: { type: 'circle' as const, clip: true, size: 24, opacity: 0.8 },
      bars: { type: 'bar' as const, clip: true },
    }[mark],
    encoding: {
      x: { field: 'x', type: 'quantitative', ...axis(panel.x) },
      y: { field: 'y', type: 'quantitative', ...axis(panel.y) },
      ...(mark === 'line' ? { detail: { field: 'run' } } : {}),
      ...(color === undefined
        ? { color: { field: 'series', type: 'nominal' as const, scale: { domain: names }, ...onlyFor(names) } }
        : {
            color: {
              field: 'color',
              type: 'quantitative' as const,
              scale: { scheme: 'viridis' as const },
              title: name,
            },
          }),
      ...(series.labels === undefined ? {} : { description: { field: 'label' } }),
    },
  };
}

/** A legend of one entry says nothing. */
const onlyFor = (names: readonly string[]): { legend?: null } => (names.length > 1 ? {} : { legend: null });

function axis({ title, scale = 'linear', range }: Axis) {
  return {
    title: title ?? null,
    scale: {
      type: scale,
      nice: range === undefined,
      ...(scale === 'log' ? {} : { zero: false }),
      ...(range ? { domain: [...range] } : {}),
    },
  };
}

function rows({ name, x, y, color, labels }: Series): Row[] {
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
      ...(color === undefined ? {} : { color: color[i]! }),
      ...(labels === undefined ? {} : { label: labels[i]! }),
    });
  }
  return found;
}
