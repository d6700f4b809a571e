import { extname } from 'node:path';
import { AquasurfError } from '../errors.js';
import { checkOut, writeOut } from '../out/write-out.js';
import type { Chart } from './chart.js';
import { type PngOptions, renderPng, renderSvg } from './render.js';

/** Formats by the ending of a file's name. */
const FORMATS = ['.svg', '.png'];

/**
 * Before the work: a slip in the name is told at once.
 * @throws AquasurfError USAGE for a file name that ends in neither .svg nor .png, FAILED where it cannot be written
 */
export async function checkPlotFile(file: string): Promise<void> {
  formatOf(file);
  await checkOut(file);
}

/**
 * Draws a chart into a file, in the format that its name ends in.
 * @throws AquasurfError USAGE for another ending, FAILED where the file cannot be written
 */
export async function plotFile(chart: Chart, file: string, options: PngOptions = {}): Promise<void> {
  const bytes = formatOf(file) === '.svg' ? await renderSvg(chart, options) : await renderPng(chart, options);
  await writeOut(file, bytes);
}

function formatOf(file: string): string {
  const format = extname(file).toLowerCase();
  if (FORMATS.includes(format)) return format;
  throw new AquasurfError('USAGE', `cannot draw to "${file}": name a file that ends in ${FORMATS.join(' or ')}`);
}
