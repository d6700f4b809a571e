import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseExpression } from '../../src/domain/expression/expression.js';
import type { Chart, Panel } from '../../src/plot/chart.js';
import { drawText } from '../../src/plot/draw-text.js';
import { functionChart } from '../../src/plot/function-chart.js';
import { plotFile } from '../../src/plot/plot-file.js';
import { robustRange, usualRange } from '../../src/plot/range.js';
import { renderPng, renderSvg } from '../../src/plot/render.js';
import { wrapped } from '../../src/plot/wrapped.js';

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

describe('names', () => {
  it('are drawn whole, however long, in titles and legends', async () => {
    const name = 'add(mul(arcsinh(x),bessel_i1e(x)),max(log_sigmoid(x),hard_sigmoid(x)))';
    const series = [name, 'rank of validation accuracy'].map((one) => ({ name: one, x: [0, 1], y: [0, 1] }));
    const svg = await renderSvg({ panels: [{ title: `0.8602  ${name}`, x: {}, y: {}, series }] }, { width: 200 });
    expect(svg).not.toContain('…');
    expect(svg).toContain(`>${name}</text>`);
    const colored = [
      { name: 'rank of validation accuracy', mark: 'points' as const, x: [0, 1], y: [0, 1], color: [0, 1] },
    ];
    expect(await renderSvg({ panels: [{ x: {}, y: {}, series: colored }] })).toContain('>rank of validation accuracy<');
  });

  it('break into lines where arguments begin', () => {
    const lines = wrapped('0.86  add(mul(arcsinh(x),erf(x)),tanh(x))', 120, 13);
    expect(lines.every((line) => line.length <= 16)).toBe(true);
    expect(lines.join('').replaceAll(' ', '')).toBe('0.86add(mul(arcsinh(x),erf(x)),tanh(x))');
  });

  it('stand at their points in the terminal, and at the rows of an axis that has them', () => {
    const named = { name: 'names', mark: 'text' as const, x: [0, 0], y: [0, 0], labels: ['best', 'hidden'] };
    const line = { name: 'f', x: [0, 9], y: [0, 1] };
    const drawn = drawText({ x: {}, y: { labels: ['low', 'high'] }, series: [line, named] }, { columns: 8, rows: 2 });
    expect(drawn).toMatch(/^high ┤.*\n low ┤best/);
    expect(drawn).not.toContain('hidden');
  });
});

describe('steps', () => {
  it('hold until the next point, in pictures and in the terminal', async () => {
    const step = { name: 'f', mark: 'step' as const, x: [0, 1], y: [0, 1] };
    const svg = await renderSvg(
      { panels: [{ x: {}, y: { range: [0, 1] }, series: [step] }] },
      { width: 30, height: 30 },
    );
    const [, line] = svg.match(/aria-roledescription="line mark"[^>]* d="([^"]*)"/)!;
    expect(line!.match(/[\d.]+,[\d.]+/g)).toEqual(['0,30', '30,30', '30,0']);
    expect(drawText({ x: {}, y: {}, series: [step] }, { columns: 2, rows: 1 }).split('\n')[0]).toBe('1 ┤⣀⣸');
  });
});

describe('usualRange', () => {
  it('leaves out what lies far from all others, and little else', () => {
    const even = Array.from({ length: 20 }, (_, i) => i);
    expect(usualRange([...even, 1e9])).toEqual([0, 19]);
    expect(usualRange([...even, -1e9, Number.NaN])).toEqual([0, 19]);
    expect(usualRange(even)).toEqual([0, 19]);
    expect(usualRange([1, 2, 1e9])).toEqual([1, 1e9]);
    expect(usualRange([3, 3, 3, 3, 3, 9])).toEqual([3, 9]);
    expect(usualRange([])).toEqual([0, 0]);
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
