import { joinPoints, type Points } from '../points.js';
import { GrowingProcess } from './growing-process.js';
import { checkSamples, type Prediction, type Regressor } from './regressor.js';

/** Gaussian process regression (`GrowingProcess`) for samples and points that have nothing to do with each other. */
export class GaussianProcess implements Regressor {
  readonly minimumSamples = 2;
  readonly knowsUncertainty = true;
  private samples: Points = { count: 0, dimensions: 2, coordinates: new Float64Array() };
  private targets: number[] = [];

  /** @throws RangeError with fewer than 2 points, or not as many targets as points. */
  fit(points: Points, targets: ArrayLike<number>): void {
    checkSamples('a Gaussian process needs', this.minimumSamples, points, targets);
    this.samples = points;
    this.targets = Array.from(targets);
  }

  predict(points: Points): Prediction {
    const { samples, targets } = this;
    const rowsFrom = (from: number, count: number) => Int32Array.from({ length: count }, (_, i) => from + i);
    const sampleRows = rowsFrom(0, samples.count);
    return new GrowingProcess().predict({
      points: joinPoints(samples, points),
      ...{ sampleRows, targets, settled: { rows: sampleRows, targets } },
      rows: rowsFrom(samples.count, points.count),
    });
  }
}
