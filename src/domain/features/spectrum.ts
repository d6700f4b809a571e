import { pairHistogram } from './log-histogram.js';

/**
 * Fisher features: each layer's cumulative histogram of the log eigenvalues of its Fisher information block, one layer
 * after the other (docs/design.md section 5; Bingham & Miikkulainen 2023, arXiv 2301.05785).
 */

/** The eigenvalues of the two Kronecker factors of one layer's block (K-FAC, arXiv 1503.05671), each ascending. */
export interface LayerSpectrum {
  layer: string;
  /** Number of weights of the layer, biases included: sets the number of bins. */
  weights: number;
  inputEigenvalues: Float64Array;
  gradientEigenvalues: Float64Array;
}

type FisherFeatures = { defined: true; features: Float64Array } | { defined: false; reason: string };

/** Settings of features that a histogram's shape depends on. */
interface SpectrumOptions {
  /**
   * Eigenvalues at or below `floor` times the largest of their factor count as zero and are dropped (1e-6 by default
   * elsewhere). With 0, as in the original program, those at or below 0 are.
   */
  floor: number;
  /** Bins of a layer at most, 2 or more. @defaultValue as many as `edgeCount` says */
  bins?: number | undefined;
}

/** One edge for so many weights. */
const WEIGHTS_PER_EDGE = 100;
/** Two bins at least: with one bin every CDF would be the constant 1. */
const FEWEST_EDGES = 3;
const CDF_SCALE = 65_535;

/**
 * The Fisher features of a network. The eigenvalues of a layer's block are all products λᵢ(A)·λⱼ(G), taken as sums of
 * logs; values outside [-100, 100] are dropped.
 *
 * @returns Per layer max(3, ⌊weights/100⌋) - 1 values or `bins`, non-decreasing, the last of each layer 1. Undefined,
 *   with a reason that names the layer, when an eigenvalue is not finite or a layer has none in range.
 */
export function fisherFeatures(spectra: readonly LayerSpectrum[], options: SpectrumOptions): FisherFeatures {
  if (spectra.length === 0) return { defined: false, reason: 'the network has no layer with a Fisher spectrum' };
  const parts: Float64Array[] = [];
  for (const { layer, weights, inputEigenvalues, gradientEigenvalues } of spectra) {
    if (!inputEigenvalues.every(Number.isFinite) || !gradientEigenvalues.every(Number.isFinite)) {
      return { defined: false, reason: `layer "${layer}" has a Fisher eigenvalue that is not finite` };
    }
    const cdf = pairHistogram(
      logsAbove(options.floor, inputEigenvalues),
      logsAbove(options.floor, gradientEigenvalues),
      edgeCount(weights, options.bins),
    );
    if (cdf === undefined) {
      return { defined: false, reason: `layer "${layer}" has no Fisher eigenvalue between e^-100 and e^100` };
    }
    parts.push(cdf);
  }
  const features = new Float64Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    features.set(part, offset);
    offset += part.length;
  }
  return { defined: true, features };
}

/** Number of bin edges for a layer with so many weights; it has one feature less. */
export function edgeCount(weights: number, bins = Number.POSITIVE_INFINITY): number {
  return Math.max(FEWEST_EDGES, Math.min(bins + 1, Math.floor(weights / WEIGHTS_PER_EDGE)));
}

/** Number of features of a network whose layers have so many weights. */
export function featureCount(weights: readonly number[], bins?: number): number {
  return weights.reduce((sum, count) => sum + edgeCount(count, bins) - 1, 0);
}

/** Logs of the eigenvalues above `floor` times the largest, and above 0. */
function logsAbove(floor: number, eigenvalues: Float64Array): Float64Array {
  const largest = eigenvalues.reduce((a, b) => Math.max(a, b), 0);
  return eigenvalues.filter((value) => value > floor * largest && value > 0).map(Math.log);
}

/** A CDF as it is stored: 0 to 65,535 for 0 to 1, at most 7.6e-6 off. */
export function packCdf(features: ArrayLike<number>): Uint16Array {
  return Uint16Array.from(features, (value) => Math.round(value * CDF_SCALE));
}

/** The reverse of `packCdf`, k/65,535. */
export function unpackCdf(packed: Uint16Array): Float32Array {
  return Float32Array.from(packed, (value) => value / CDF_SCALE);
}

/** Sums of float32 numbers, and numbers with seven digits, miss 1 by so much. */
const NEARLY = 1e-6;

/** What keeps values from being the CDF of a layer, e.g. `ends in 0.5; a CDF ends in 1`; undefined where nothing does. */
export function cdfFault(cdf: ArrayLike<number>): string | undefined {
  for (let i = 0; i < cdf.length; i++) {
    const value = cdf[i]!;
    if (typeof value !== 'number' || !(value >= 0 && value <= 1 + NEARLY)) {
      return `has ${String(value)} at ${i}; a CDF lies between 0 and 1`;
    }
    if (i > 0 && value < cdf[i - 1]!)
      return `falls from ${short(cdf[i - 1]!)} to ${short(value)} at ${i}; a CDF never falls`;
  }
  const last = cdf[cdf.length - 1]!;
  return last >= 1 - NEARLY ? undefined : `ends in ${short(last)}; a CDF ends in 1`;
}

/**
 * The same of CDFs one after the other.
 * @param lengths of the layers; where they are not known, one ends where it has reached 1 and the next value is smaller
 */
export function layersFault(
  features: ArrayLike<number>,
  lengths: readonly number[] = lengthsOf(features),
): string | undefined {
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total !== features.length) return `${features.length} values, but its layers have ${lengths.join(' + ')}`;
  const values = Array.from(features);
  let offset = 0;
  for (const [layer, length] of lengths.entries()) {
    const fault = cdfFault(values.slice(offset, offset + length));
    if (fault !== undefined) return `layer ${layer + 1} ${fault}`;
    offset += length;
  }
  return undefined;
}

function lengthsOf(features: ArrayLike<number>): number[] {
  const ends = Array.from(features).flatMap((value, i, all) => {
    return i + 1 === all.length || (value >= 1 - NEARLY && all[i + 1]! < value) ? [i + 1] : [];
  });
  return ends.map((end, i) => end - (ends[i - 1] ?? 0));
}

/** Without the digits that float32 adds. */
const short = (value: number): number => Number(value.toPrecision(7));
