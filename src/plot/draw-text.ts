import type { Panel, Series } from './chart.js';
import { panelRange, threeDigits } from './range.js';

interface TextSize {
  /** Characters of the drawing itself, without the labels at its left. @defaultValue 64 */
  columns?: number;
  /** @defaultValue 12, or one for each label of the y axis where those are more */
  rows?: number;
}

/** Dots of a braille character, by column and row within it: bits of its code point above U+2800. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const [DOTS_ACROSS, DOTS_DOWN] = [2, 4];
const BRAILLE = 0x2800;

/**
 * A panel for the terminal, in braille dots: all series in one colour, linear axes. Where there are several lines, each has
 * its number on it, and a legend says which is which.
 */
export function drawText(panel: Panel, size: TextSize = {}): string {
  const { columns = 64, rows = Math.max(12, panel.y.labels?.length ?? 0) } = size;
  const { x: across, y: up } = panelRange(panel);
  const width = columns * DOTS_ACROSS;
  const height = rows * DOTS_DOWN;
  const cells = new Uint8Array(columns * rows);
  const column = (x: number): number => ((x - across[0]) / (across[1] - across[0])) * (width - 1);
  const row = (y: number): number => ((up[1] - y) / (up[1] - up[0])) * (height - 1);

  /** By column, the row of the cell where the series that is drawn now is; -1 where it is not. */
  let track = new Int32Array(columns).fill(-1);
  const dot = (atColumn: number, atRow: number): void => {
    const [i, j] = [Math.round(atColumn), Math.round(atRow)];
    if (i < 0 || i >= width || j < 0 || j >= height) return;
    track[Math.floor(i / DOTS_ACROSS)] = Math.floor(j / DOTS_DOWN);
    const cell = Math.floor(j / DOTS_DOWN) * columns + Math.floor(i / DOTS_ACROSS);
    cells[cell]! |= DOTS[i % DOTS_ACROSS]![j % DOTS_DOWN]!;
  };
  const line = (from: readonly [number, number], to: readonly [number, number]): void => {
    // Beyond the edges there is nothing to draw; steps are a dot long.
    const [start, end] = [from[1], to[1]].map((at) => Math.max(-1, Math.min(height, at))) as [number, number];
    const steps = Math.max(1, Math.ceil(Math.max(Math.abs(to[0] - from[0]), Math.abs(end - start))));
    for (let s = 0; s <= steps; s++) {
      dot(from[0] + ((to[0] - from[0]) * s) / steps, start + ((end - start) * s) / steps);
    }
  };

  const tracks = new Map<Series, Int32Array>();
  for (const series of panel.series) {
    const { mark = 'line', x, y } = series;
    track = new Int32Array(columns).fill(-1);
    tracks.set(series, track);
    let before: readonly [number, number] | undefined;
    for (let i = 0; i < x.length; i++) {
      const here = Number.isFinite(y[i]) ? ([column(x[i]!), row(y[i]!)] as const) : undefined;
      if (here !== undefined) {
        if (mark === 'bars') line([here[0], row(0)], here);
        else if (mark === 'line' && before !== undefined) line(before, here);
        else if (mark === 'step' && before !== undefined) {
          line(before, [here[0], before[1]]);
          line([here[0], before[1]], here);
        } else if (mark !== 'text') dot(...here);
      }
      before = here;
    }
  }

  const lines = panel.series.filter(({ mark = 'line', muted }) => mark === 'line' && !muted);
  const several = lines.length > 1;
  const numbers = numberedCells(several ? lines.map((series) => tracks.get(series)!) : [], columns);
  const texts = lettersOf(panel, columns, (x, y) => [
    Math.floor(column(x) / DOTS_ACROSS),
    Math.floor(row(y) / DOTS_DOWN),
  ]);

  const zero = { column: Math.floor(column(0) / DOTS_ACROSS), row: Math.floor(row(0) / DOTS_DOWN) };
  const character = (i: number, j: number): string => {
    const letter = texts.get(j * columns + i) ?? numbers.get(j * columns + i);
    if (letter !== undefined) return letter;
    const bits = cells[j * columns + i]!;
    if (bits !== 0) return String.fromCodePoint(BRAILLE + bits);
    if (j === zero.row) return i === zero.column ? '┼' : '┈';
    return i === zero.column ? '┊' : ' ';
  };
  const named = new Map(panel.y.labels?.map((label, i) => [Math.floor(row(i) / DOTS_DOWN), label]));
  const labels = Array.from({ length: rows }, (_, j) => {
    if (panel.y.labels) return named.get(j) ?? '';
    if (j === 0) return threeDigits(up[1]);
    if (j === rows - 1) return threeDigits(up[0]);
    return j === zero.row ? '0' : '';
  });
  const margin = Math.max(...labels.map((text) => text.length));
  const drawing = labels.map((text, j) => {
    const drawn = Array.from({ length: columns }, (_, i) => character(i, j)).join('');
    return `${text.padStart(margin)} ┤${drawn}`.trimEnd();
  });
  const [left, right] = across.map(threeDigits) as [string, string];
  const ends = panel.x.labels
    ? panel.x.labels.map((label) => label.replaceAll('\n', ' ')).join(' | ')
    : `${' '.repeat(margin + 2)}${left}${right.padStart(columns - left.length)}`;
  const legend = several ? lines.map(({ name }, i) => `${numberOf(i)} ${name}`).join('   ') : undefined;
  return [panel.title, legend, ...drawing, ends].filter((text) => text !== undefined).join('\n');
}

/** 1 to 9, then letters. */
const numberOf = (i: number): string => (i + 1).toString(36);

/** Times that each line's number stands on it. */
const REPEATS = 3;

/** The cells that hold the number of a line: evenly along it, each line's beside the others'. */
function numberedCells(tracks: readonly Int32Array[], columns: number): Map<number, string> {
  const numbers = new Map<number, string>();
  tracks.forEach((track, i) => {
    for (let k = 0; k < REPEATS; k++) {
      const wanted = Math.floor(((k + (i + 0.5) / tracks.length) * columns) / REPEATS);
      const isFree = (column: number) => track[column]! >= 0 && !numbers.has(track[column]! * columns + column);
      const at = Array.from({ length: Math.ceil(columns / REPEATS) }, (_, step) => wanted + step).find(isFree);
      if (at !== undefined) numbers.set(track[at]! * columns + at, numberOf(i));
    }
  });
  return numbers;
}

/** The cells that hold the letters of names: each from its point on. Of names that would cover each other the first is read. */
function lettersOf(
  { series }: Panel,
  columns: number,
  cellOf: (x: number, y: number) => readonly [column: number, row: number],
): Map<number, string> {
  const letters = new Map<number, string>();
  for (const { mark, x, y, labels = [] } of series) {
    if (mark !== 'text') continue;
    labels.forEach((label, i) => {
      const [column, row] = cellOf(x[i]!, y[i]!);
      const cells = [...label]
        .slice(0, columns - column)
        .map((letter, k) => [row * columns + column + k, letter] as const);
      if (cells.some(([cell]) => letters.has(cell))) return;
      for (const [cell, letter] of cells) letters.set(cell, letter);
    });
  }
  return letters;
}
