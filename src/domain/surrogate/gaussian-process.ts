import { cholesky, solveLower, solveUpper } from './cholesky.js';
import { hasPlace, type Points, selectPoints } from './points.js';
import { checkSamples, type Prediction, type Regressor } from './regressor.js';

/** Length scales that are tried, as multiples of the median distance between samples. */
const LENGTH_SCALES = [0.05, 0.1, 0.2, 0.4, 0.8, 1.6];
/** Variances of the noise that are tried, as shares of the signal's. */
const NOISES = [1e-3, 1e-2, 1e-1, 0.5];
/** Samples that the likelihood is computed on: evenly spread ones where there are more, for it costs their cube. */
const LIKELIHOOD_SAMPLES = 120;

/**
 * Gaussian process regression with a Matérn 5/2 kernel of one length scale, constant mean and Gaussian noise (Rasmussen &
 * Williams 2006, algorithm 2.1, eq. 4.17). Length scale and noise are those of a small grid with the largest marginal
 * likelihood, the signal's variance the one that maximises it given these. The uncertainty is that of the function, not
 * of a noisy measurement.
 */
export class GaussianProcess implements Regressor {
  readonly minimumSamples = 2;
  readonly knowsUncertainty = true;
  private points: Points = { count: 0, dimensions: 2, coordinates: new Float64Array() };
  private center = 0;
  private variance = 0;
  private lengthScale = 1;
  private factor: Float64Array = new Float64Array();
  /** (K + noise)⁻¹·(targets - mean) */
  private weights: Float64Array = new Float64Array();

  /** @throws RangeError with fewer than 2 points, or not as many targets as points. */
  fit(points: Points, targets: ArrayLike<number>): void {
    checkSamples('a Gaussian process needs', this.minimumSamples, points, targets);
    this.points = points;
    const values = Float64Array.from(targets);
    this.center = values.reduce((sum, value) => sum + value, 0) / values.length;
    const centered = values.map((value) => value - this.center);
    const { lengthScale, noise } = mostLikely(points, centered);
    this.lengthScale = lengthScale;
    const fitted = condition(distancesBetween(points), centered, lengthScale, noise);
    if (fitted === undefined) throw new RangeError('the kernel of these points is not positive definite');
    this.factor = fitted.factor;
    this.weights = fitted.weights;
    this.variance = fitted.variance;
  }

  predict(points: Points, uncertain = true): Prediction {
    const { points: samples, weights, factor, center, variance, lengthScale } = this;
    const n = samples.count;
    const mean = new Float64Array(points.count);
    const uncertainty = new Float64Array(points.count);
    const similarity = new Float64Array(n);
    for (let row = 0; row < points.count; row++) {
      if (!hasPlace(points, row)) {
        mean[row] = uncertainty[row] = Number.NaN;
        continue;
      }
      let sum = center;
      for (let i = 0; i < n; i++) {
        similarity[i] = matern(distance(points, row, samples, i) / lengthScale);
        sum += similarity[i]! * weights[i]!;
      }
      mean[row] = sum;
      if (!uncertain) continue;
      let explained = 0;
      for (const part of solveLower(factor, n, similarity)) explained += part * part;
      uncertainty[row] = Math.sqrt(variance * Math.max(0, 1 - explained));
    }
    return uncertain ? { mean, uncertainty } : { mean };
  }
}

function mostLikely(points: Points, centered: Float64Array): { lengthScale: number; noise: number } {
  const step = Math.max(1, points.count / LIKELIHOOD_SAMPLES);
  const rows = Array.from({ length: Math.floor(points.count / step) }, (_, i) => Math.floor(i * step));
  const chosen = selectPoints(points, rows);
  const targets = Float64Array.from(rows, (row) => centered[row]!);
  const distances = distancesBetween(chosen);
  const unit = medianPositive(distances) ?? 1;
  let best = { lengthScale: unit, noise: NOISES.at(-1)!, likelihood: Number.NEGATIVE_INFINITY };
  for (const scale of LENGTH_SCALES) {
    for (const noise of NOISES) {
      const likelihood = condition(distances, targets, scale * unit, noise)?.likelihood;
      if (likelihood !== undefined && likelihood > best.likelihood) {
        best = { lengthScale: scale * unit, noise, likelihood };
      }
    }
  }
  return best;
}

/** The posterior given the samples, and the log marginal likelihood up to a constant, maximised over the variance. */
function condition(distances: Float64Array, targets: Float64Array, lengthScale: number, noise: number) {
  const n = targets.length;
  const kernel = distances.map((d) => matern(d / lengthScale));
  for (let i = 0; i < n; i++) kernel[i * n + i]! += noise;
  const factor = cholesky(kernel, n);
  if (factor === undefined) return undefined;
  const whitened = solveLower(factor, n, targets.slice());
  const variance = whitened.reduce((sum, value) => sum + value * value, 0) / n;
  let logDeterminant = 0;
  for (let i = 0; i < n; i++) logDeterminant += Math.log(factor[i * n + i]!);
  const likelihood = variance > 0 ? -(n / 2) * Math.log(variance) - logDeterminant : undefined;
  return { factor, variance, likelihood, weights: solveUpper(factor, n, whitened) };
}

/** Rasmussen & Williams 2006, eq. 4.17, at distance r in length scales. */
function matern(r: number): number {
  const scaled = Math.sqrt(5) * r;
  return (1 + scaled + (scaled * scaled) / 3) * Math.exp(-scaled);
}

function distance(a: Points, i: number, b: Points, j: number): number {
  let sum = 0;
  for (let d = 0; d < a.dimensions; d++) {
    const difference = a.coordinates[i * a.dimensions + d]! - b.coordinates[j * b.dimensions + d]!;
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

function distancesBetween(points: Points): Float64Array {
  const n = points.count;
  const distances = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) distances[i * n + j] = distances[j * n + i] = distance(points, i, points, j);
  }
  return distances;
}

function medianPositive(values: Float64Array): number | undefined {
  const sorted = values.filter((value) => value > 0).sort();
  return sorted[sorted.length >> 1];
}
