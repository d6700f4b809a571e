import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseExpression } from '../../src/domain/expression/expression.js';
import type { Chart, Panel } from '../../src/plot/chart.js';
import { drawText } from '../../src/plot/draw-text.js';
import { functionChart } from '../../src/plot/function-chart.js';
import { plotFile } from '../../src/plot/plot-file.js';
import { robustRange } from '../../src/plot/range.js';
import { renderPng, renderSvg } from '../../src/plot/render.js';

const folder = mkdtempSync(join(tmpdir(), 'aquasurf-plot-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const chart: Chart = {
  title: 'trials ≥ 1',
  panels: [
    {
      x: { title: 'u' },
      y: { title: 'v', range: [0, 2] },
      series: [
        { name: 'best', x: [0, 1, 2, 3, 4], y: [0, 1, Number.NaN, 2, Infinity] },
        { name: 'each', mark: 'points', x: [0, 1], y: [1, 1], labels: ['relu(x)', 'elu(x)'] },
      ],
    },
    { title: 'runs', x: {}, y: { scale: 'log' }, series: [{ name: 'loss', mark: 'bars', x: [1, 2], y: [1, 10] }] },
    { x: {}, y: {}, series: [{ name: 'accuracy', mark: 'points', x: [1, 2], y: [3, 4], color: [0.1, 0.9] }] },
  ],
};

/** Width and height of a PNG, from its header. */
const sizeOf = (png: Uint8Array): number[] => {
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
};

describe('renderSvg', () => {
  it('draws titles, legends, labels and marks of every panel', async () => {
    const svg = await renderSvg(chart);
    expect(svg).toMatch(/^<svg /);
    for (const text of ['trials ≥ 1', 'u', 'v', 'best', 'each', 'runs', 'accuracy'])
      expect(svg).toContain(`>${text}</text>`);
    expect(svg).toContain('aria-label="relu(x)"');
  });

  it('leaves a gap where a value is not finite', async () => {
    const lines = async (y: number[]): Promise<number> => {
      const svg = await renderSvg({ panels: [{ x: {}, y: {}, series: [{ name: 'f', x: [0, 1, 2, 3, 4], y }] }] });
      return svg.match(/aria-roledescription="line mark"/g)?.length ?? 0;
    };
    expect(await lines([1, 2, 3, 4, 5])).toBe(1);
    expect(await lines([1, 2, Number.NaN, 4, 5])).toBe(2);
  });

  it('joins points in the order in which they are given, not from left to right', async () => {
    const path = { name: 'path', x: [3, 0, 2, 2], y: [0, 1, 3, 2] };
    const svg = await renderSvg(
      { panels: [{ x: {}, y: { range: [0, 3] }, series: [path] }] },
      { width: 30, height: 30 },
    );
    const [, line] = svg.match(/aria-roledescription="line mark"[^>]* d="([^"]*)"/)!;
    expect(line!.match(/[\d.]+,[\d.]+/g)).toEqual(['30,30', '0,20', '20,0', '20,10']);
  });

  it('gives the same text for the same chart', async () => {
    const [first, second] = [await renderSvg(chart), await renderSvg(chart)];
    expect(first === second).toBe(true);
  });
});

describe('renderPng', () => {
  it('draws at the scale asked for, letters included', async () => {
    const one = { panels: [{ x: { title: 'x' }, y: {}, series: [{ name: 'f', x: [0, 1], y: [0, 1] }] }] };
    const [small, large] = [await renderPng(one, { scale: 1 }), await renderPng(one, { scale: 3 })];
    expect(sizeOf(large)).toEqual(sizeOf(small).map((pixels) => 3 * pixels));
    const other = await renderPng({ panels: [{ ...one.panels[0]!, x: { title: 'o' } }] }, { scale: 1 });
    expect(sizeOf(other)).toEqual(sizeOf(small));
    expect(Buffer.compare(other, small)).not.toBe(0);
  });
});

describe('plotFile', () => {
  it('writes what the name ends in', async () => {
    const [svg, png] = [join(folder, 'a.svg'), join(folder, 'a.PNG')];
    await plotFile(chart, svg);
    await plotFile(chart, png);
    expect(readFileSync(svg, 'utf8')).toMatch(/^<svg /);
    expect(readFileSync(png).subarray(1, 4).toString()).toBe('PNG');
  });

  it('refuses other endings and folders that are not there', async () => {
    await expect(plotFile(chart, 'a.gif')).rejects.toMatchObject({ code: 'USAGE', message: /\.svg or \.png/ });
    await expect(plotFile(chart, join(folder, 'none', 'a.svg'))).rejects.toMatchObject({
      code: 'FAILED',
      message: /ENOENT/,
    });
  });
});

describe('drawText', () => {
  const panel = (more: Partial<Panel>): Panel => ({ x: {}, y: {}, series: [], ...more });

  it('draws a line in braille dots between labelled ends', () => {
    const x = [0, 1];
    const drawn = drawText(panel({ title: 'rise', series: [{ name: 'f', x, y: [0, 3] }] }), { columns: 4, rows: 2 });
    expect(drawn).toBe(['rise', '3 ┤┊ ⡠⠊', '0 ┤⡠⠊┈┈', '   0  1'].join('\n'));
  });

  it('draws points, bars and gaps, and nothing beyond the edges', () => {
    const marks = (mark: 'points' | 'bars', y: number[]): string =>
      drawText(
        panel({ x: { range: [1, 4] }, y: { range: [0, 1] }, series: [{ name: 'f', mark, x: [1, 2, 3, 4], y }] }),
        {
          columns: 2,
          rows: 1,
        },
      ).split('\n')[0]!;
    expect(marks('points', [1, 1, 1, 1])).toContain('⠉⠉');
    expect(marks('points', [1, Number.NaN, 5, 1])).toContain('⠁⠈');
    expect(marks('bars', [1, 0, 0, 1])).toContain('⣇⣸');
  });

  it('numbers several lines, and says which is which', () => {
    const x = [0, 1];
    const two = [
      { name: 'rise', x, y: [0, 3] },
      { name: 'fall', x, y: [3, 0] },
    ];
    const [title, legend, ...drawn] = drawText(panel({ title: 'both', series: two }), { columns: 12, rows: 4 }).split(
      '\n',
    );
    expect([title, legend]).toEqual(['both', '1 rise   2 fall']);
    for (const number of ['1', '2']) expect(drawn.slice(0, 4).join('\n').replace(/^.*?┤/gm, '')).toContain(number);
    const same = drawText(panel({ series: [two[0]!, { ...two[0]!, name: 'again' }] }), { columns: 12, rows: 4 });
    expect(same.match(/1/g)!.length).toBeGreaterThan(1);
    expect(same.match(/2/g)!.length).toBeGreaterThan(1);
  });

  it('draws constants in the middle', () => {
    expect(drawText(panel({ series: [{ name: 'f', x: [0, 1], y: [7, 7] }] }))).toMatch(/^8 ┤/);
  });
});

describe('robustRange', () => {
  it('cuts poles off and keeps ordinary functions whole', () => {
    const x = Array.from({ length: 1001 }, (_, i) => i / 100 - 5);
    const [from, to] = robustRange(x.map((v) => 1 / v));
    expect(from).toBeGreaterThan(-20);
    expect(to).toBeLessThan(20);
    expect(robustRange(x)[1]).toBeCloseTo(5.4);
    expect(robustRange([Number.NaN])).toEqual([-1, 1]);
    expect(robustRange([2, 2])).toEqual([1, 3]);
  });
});

describe('functionChart', () => {
  it('has the function and its derivative', () => {
    const { title, panels } = functionChart(parseExpression(' square( x )'));
    expect(title).toBe('square(x)');
    const [f, slope] = panels.map(({ series }) => series[0]!);
    expect([f!.x[1000], f!.y[1000], slope!.y[1000]]).toEqual([5, 25, 10]);
  });
});
