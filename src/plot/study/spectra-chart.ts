import type { Chart, Panel } from '../chart.js';

/** Fisher features of one function: the CDFs of all layers, one after the other. */
interface PicturedSpectrum {
  /** In the legend. */
  name: string;
  cdf: Float32Array;
}

interface PicturedLayer {
  name: string;
  /** Values of the layer's CDF. */
  bins: number;
}

/** Log eigenvalues that the bins cover (docs/design.md section 5). */
const [LOWEST, HIGHEST] = [-100, 100];

/**
 * Spectra of functions side by side: for each layer the histogram of the log eigenvalues of its Fisher information and
 * its cumulative form, over the part of [-100, 100] where any of them has some.
 * @throws RangeError where a spectrum is not as long as the layers' bins together
 */
export function spectraChart(
  title: string,
  layers: readonly PicturedLayer[],
  spectra: readonly PicturedSpectrum[],
): Chart {
  const length = layers.reduce((sum, { bins }) => sum + bins, 0);
  for (const { name, cdf } of spectra) {
    if (cdf.length !== length) {
      throw new RangeError(`the spectrum of ${name} has ${cdf.length} values; the network's layers have ${length}`);
    }
  }
  let from = 0;
  const panels = layers.flatMap((layer, i) => {
    const parts = spectra.map(({ name, cdf }) => ({ name, cdf: cdf.subarray(from, from + layer.bins) }));
    from += layer.bins;
    return layerPanels(layer, parts, i === layers.length - 1);
  });
  return { title, columns: 2, panels };
}

function layerPanels({ name, bins }: PicturedLayer, parts: readonly PicturedSpectrum[], last: boolean): Panel[] {
  const width = (HIGHEST - LOWEST) / bins;
  const starts = Array.from({ length: bins + 1 }, (_, i) => LOWEST + i * width);
  const share = (cdf: Float32Array, i: number) => cdf[i]! - (i > 0 ? cdf[i - 1]! : 0);
  const held = Array.from({ length: bins }, (_, i) => i).filter((i) => parts.some(({ cdf }) => share(cdf, i) > 0));
  const range = [starts[held[0] ?? 0]!, starts[(held.at(-1) ?? bins - 1) + 1]!] as const;
  const x = { range, ...(last ? { title: 'ln eigenvalue' } : {}) };
  return [
    {
      title: `${name}: share of eigenvalues`,
      x,
      y: {},
      // A bin is drawn flat over its width.
      series: parts.map(({ name: fn, cdf }) => ({
        name: fn,
        x: starts.slice(0, bins).flatMap((start) => [start, start + width]),
        y: starts.slice(0, bins).flatMap((_, i) => [share(cdf, i), share(cdf, i)]),
      })),
    },
    {
      title: `${name}: cumulated`,
      x,
      y: { range: [0, 1] },
      series: parts.map(({ name: fn, cdf }) => ({ name: fn, x: starts, y: [0, ...cdf] })),
    },
  ];
}
