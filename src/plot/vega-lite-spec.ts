import type { TopLevelSpec } from 'vega-lite';
import type { Axis, Chart, Panel, Picture, Series } from './chart.js';
import { usualRange } from './range.js';
import { textWidth, wrapped } from './wrapped.js';

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
    ...(title === undefined ? {} : { title: wrapped(title, columns * width, TITLE) }),
    background: 'white',
    padding: 12,
    config: {
      font: FONT,
      view: { stroke: '#bbb' },
      axis: { gridColor: '#eee', labelFontSize: 12, titleFontSize: 13, titleFontWeight: 'normal' },
      legend: { labelFontSize: 12, labelLimit: 0, titleLimit: 0, title: null, orient: 'top' },
      title: { fontSize: TITLE, anchor: 'start', fontWeight: 'normal', offset: 10, frame: 'group' },
      range: { category: [...COLOURS] },
    },
    resolve: { scale: { color: 'independent' } },
    columns,
    concat: panels.map((panel) => ({
      ...headed(panel, width),
      width,
      height,
      layer: panel.series.flatMap((series) => layers(panel, series, width)),
      // Else the panel's scales of colour would be one.
      ...(panel.series.filter(({ color }) => color).length > 1 ? { resolve: { scale: { color: 'independent' } } } : {}),
    })),
  };
}

const MUTED = '#ccc';
const INK = '#222';
/** Font sizes. */
const [TITLE, PANEL_TITLE, NOTE] = [15, 13, 11];
/** Okabe & Ito's, which the colour-blind tell apart; without their yellow, which is too light for lines. */
const COLOURS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000'] as const;

/** A title as wide as the panel: a wider one would move the panel beside it. */
function headed({ title, note }: Panel, width: number) {
  if (title === undefined && note === undefined) return {};
  const subtitle = note === undefined ? {} : { subtitle: wrapped(note, width, NOTE), subtitleFontSize: NOTE };
  return { title: { text: wrapped(title ?? '', width, PANEL_TITLE), fontSize: PANEL_TITLE, ...subtitle } };
}

const LABEL = { type: 'text', clip: true, align: 'left', baseline: 'middle', fontSize: NOTE } as const;

/** Drawn in one ink, and not in the legend. */
const isPlain = ({ mark, muted }: Series): boolean => muted === true || mark === 'rings' || mark === 'text';

/** A text has a halo below it, so that it can be read on lines and points. */
function layers(panel: Panel, series: Series, width: number): LayerSpec[] {
  const drawn = layer(panel, series, width);
  if (series.mark !== 'text') return [drawn];
  const halo = { stroke: 'white', strokeWidth: 3, strokeOpacity: 0.85 };
  return [{ ...drawn, mark: { ...LABEL, ...halo } } as LayerSpec, drawn];
}

function layer(panel: Panel, series: Series, width: number): LayerSpec {
  const { mark = 'line', color, muted = false } = series;
  const shown = panel.series.filter((one) => !isPlain(one) && !one.color && one.mark !== 'band');
  const names = shown.map((one) => one.name);
  return {
    data: { values: rows(series).map((row) => ({ ...row })) },
    mark: {
      // Vega-Lite joins points from left to right otherwise: neither steps nor paths are drawn so.
      line: { type: 'line' as const, order: false, clip: true, strokeWidth: color || muted ? 1 : 2 },
      step: { type: 'line' as const, order: false, clip: true, interpolate: 'step-after' as const },
      points: { type: 'circle' as const, clip: true, size: muted ? 16 : 28, opacity: 0.8 },
      rings: { type: 'point' as const, shape: 'diamond', clip: true, size: 110, strokeWidth: 1.5 },
      text: LABEL,
      bars: { type: 'bar' as const, clip: true },
      band: { type: 'area' as const, clip: true, opacity: 0.15 },
    }[mark],
    encoding: {
      x: { field: 'x', type: 'quantitative', ...axis(panel.x) },
      y: { field: 'y', type: 'quantitative', ...axis(panel.y) },
      ...(mark === 'band' ? { y2: { field: 'upper' } } : {}),
      ...(mark === 'line' || mark === 'step' ? { detail: { field: 'run' } } : {}),
      color: colorOf(series, names, width),
      ...(mark === 'text' ? { text: { field: 'label' } } : {}),
      ...(series.labels === undefined ? {} : { description: { field: 'label' } }),
    },
  };
}

function colorOf(series: Series, names: readonly string[], width: number) {
  const { name, color, colors = 'viridis', muted } = series;
  if (isPlain(series)) return { value: muted ? MUTED : INK };
  if (color === undefined) {
    return { field: 'series', type: 'nominal' as const, scale: { domain: [...names] }, ...legendOf(names, width) };
  }
  // Nothing to colour: a legend would read "NaN".
  const legend = Array.from(color).some(Number.isFinite) ? { title: name, gradientLength: 160 } : null;
  const [from, to] = usualRange(color);
  // One value far from the others would leave these in one colour.
  const domain = from < to ? { domain: [from, to], clamp: true } : {};
  const scale = colors === 'viridis' ? { scheme: 'viridis' as const, ...domain } : { range: [PALE, INK], ...domain };
  return { field: 'color', type: 'quantitative' as const, scale, legend };
}

const PALE = '#c8c8c8';
/** Of a legend's entry beside its text, in pixels. */
const SYMBOL = 34;

/** A legend of one entry says nothing; names too long for one line stand below each other. */
function legendOf(names: readonly string[], width: number): { legend?: null | { columns: number } } {
  if (names.length < 2) return { legend: null };
  const wide = names.reduce((sum, name) => sum + textWidth(name, 12) + SYMBOL, 0) > width;
  return wide ? { legend: { columns: 1 } } : {};
}

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
  labelLimit: 0,
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
