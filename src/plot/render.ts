import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Chart, Picture } from './chart.js';
import { FONT, vegaLiteSpec } from './vega-lite-spec.js';
import { textWidth } from './wrapped.js';

/*
 * Pictures, by Vega-Lite (SVG) and resvg as WebAssembly (PNG): neither needs a browser, a native library or a font of
 * the system. Both are loaded at the first picture.
 */

type Vega = typeof import('vega') & {
  textMetrics: { width: (item: { fontSize?: number }, text: unknown) => number };
};

/** The chart as SVG. */
export async function renderSvg(chart: Chart, picture: Picture = {}): Promise<string> {
  const [{ compile }, { parse, resetSVGDefIds, textMetrics, View }] = await Promise.all([
    import('vega-lite'),
    import('vega') as unknown as Promise<Vega>,
  ]);
  // Without a canvas it takes letters for a third wider than they are, and leaves room beside every name.
  textMetrics.width = ({ fontSize = 11 }, text) => textWidth(String(text), fontSize);
  const view = new View(parse(compile(vegaLiteSpec(chart, picture)).spec), { renderer: 'none' });
  try {
    await view.runAsync();
    // The names of clip paths are counted over the whole process.
    resetSVGDefIds();
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

export interface PngOptions extends Picture {
  /** Pixels of the PNG for each of the picture. @defaultValue 2 */
  scale?: number;
}

/** The chart as PNG. */
export async function renderPng(chart: Chart, { scale = 2, ...picture }: PngOptions = {}): Promise<Uint8Array> {
  const [svg, { Resvg, initWasm }, font, wasm] = await Promise.all([
    renderSvg(chart, picture),
    import('@resvg/resvg-wasm'),
    packageFile('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
    packageFile('@resvg/resvg-wasm/index_bg.wasm'),
  ]);
  await initWasm(wasm).catch((error: unknown) => {
    // It may be started once in a process; whether it was, it does not tell.
    if (!/already initialized/i.test(String(error))) throw error;
  });
  const drawing = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: { fontBuffers: [font], defaultFontFamily: FONT, sansSerifFamily: FONT },
  });
  try {
    return drawing.render().asPng();
  } finally {
    drawing.free();
  }
}

const packageFile = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await readFile(fileURLToPath(import.meta.resolve(path))));
