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
