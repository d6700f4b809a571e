import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { AquasurfError, unwritable } from '../errors.js';
import type { Chart } from './chart.js';
import { type PngOptions, renderPng, renderSvg } from './render.js';

/** Formats by the ending of a file's name. */
const FORMATS = ['.svg', '.png'];

/** @throws AquasurfError USAGE for a file name that ends in neither .svg nor .png */
export function checkPlotFile(file: string): void {
  if (FORMATS.includes(extname(file).toLowerCase())) return;
  throw new AquasurfError('USAGE', `cannot draw to "${file}": name a file that ends in ${FORMATS.join(' or ')}`);
}

/**
 * Draws a chart into a file, in the format that its name ends in.
 * @throws AquasurfError USAGE for another ending, FAILED where the file cannot be written
 */
export async function plotFile(chart: Chart, file: string, options: PngOptions = {}): Promise<void> {
  checkPlotFile(file);
  const svg = extname(file).toLowerCase() === '.svg';
  const bytes = svg ? await renderSvg(chart, options) : await renderPng(chart, options);
  try {
    await writeFile(file, bytes);
  } catch (error) {
    throw unwritable(file, error);
  }
}
