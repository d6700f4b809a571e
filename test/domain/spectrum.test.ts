import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cumulativeHistogram, pairHistogram } from '../../src/domain/features/log-histogram.js';
import {
  edgeCount,
  featureCount,
  fisherFeatures,
  type LayerSpectrum,
  packCdf,
  unpackCdf,
} from '../../src/domain/features/spectrum.js';
import { golden } from '../support/golden.js';
import { testSize } from '../support/test-size.js';

interface GoldenLayer {
  name: string;
  n_well_conditioned_input: number;
  n_well_conditioned_grad: number;
  input_cov_dim: number;
  grad_cov_dim: number;
  input_eigs: number[];
  grad_eigs: number[];
  log_eigs_raw: (number | string)[];
}

interface GoldenCase {
  layers: GoldenLayer[];
  features: Record<string, number[]>;
}

const models = golden<Record<string, { cases: Record<string, GoldenCase> }>>('fisher');
const cases = Object.entries(models).flatMap(([model, { cases: functions }]) =>
  Object.entries(functions ?? {}).map(([fn, values]) => ({ model, fn, ...values })),
);

const spectrum = (input: number[], gradient: number[], weights = 300, layer = 'dense'): LayerSpectrum => ({
  layer,
  weights,
  inputEigenvalues: Float64Array.from(input),
  gradientEigenvalues: Float64Array.from(gradient),
});

const featuresOf = (spectra: LayerSpectrum[], floor = 0): number[] => {
  const result = fisherFeatures(spectra, { floor });
  if (!result.defined) throw new Error(result.reason);
  return [...result.features];
};

describe('the histogram of log eigenvalues', () => {
  it.each(cases)('equals that of the original program for $fn in $model', ({ layers, features }) => {
    const rebuilt = (edges: number) =>
      layers.flatMap(({ log_eigs_raw }) => [...(cumulativeHistogram(log_eigs_raw.map(Number), edges) ?? [])]);
    for (const [name, edges] of [
      ['weights_per_layer_2000(20 edges,19 bins)', 20],
      ['weights_per_layer_200(2 edges,1 bin)', 2],
    ] as const) {
      const expected = features[name]!;
      const found = rebuilt(edges);
      expect(found.length).toBe(expected.length);
      for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]!, 8);
    }
  });

  it('holds lower edges, not upper ones, but both ends of the range, and drops what lies outside', () => {
    expect([...cumulativeHistogram([-100, -50, 0, 50, 100, 100.001, -101, Number.NEGATIVE_INFINITY], 5)!]).toEqual([
      0.2, 0.4, 0.6, 1,
    ]);
    expect(cumulativeHistogram([101, Number.NaN], 5)).toBeUndefined();
  });

  it('counts as a search of the edges does, on the edges themselves too', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 3320 }),
        fc.array(fc.oneof(fc.double({ min: -110, max: 110, noNaN: true }), fc.integer({ min: 0, max: 3319 })), {
          minLength: 1,
        }),
        (edges, picks) => {
          const edge = Array.from({ length: edges }, (_, i) => (i === edges - 1 ? 100 : i * (200 / (edges - 1)) - 100));
          const logs = picks.map((pick) => (Number.isInteger(pick) && pick >= 0 ? edge[pick % edges]! : pick));
          const inRange = logs.filter((log) => log >= -100 && log <= 100);
          const cdf = cumulativeHistogram(logs, edges);
          const expected = edge
            .slice(1)
            .map((upper, bin) => inRange.filter((log) => log < upper || bin === edges - 2).length / inRange.length);
          expect(cdf === undefined ? [] : [...cdf]).toEqual(inRange.length === 0 ? [] : expected);
        },
      ),
      { numRuns: testSize({ small: 100, full: 2000 }) },
    );
  });
});

describe('the histogram of all sums of two lists', () => {
  it('is that of the sums one by one, however few the edges', () => {
    const log = fc.oneof(fc.double({ min: -80, max: 80, noNaN: true }), fc.integer({ min: -60, max: 60 }));
    const list = fc.array(log, { maxLength: 60 }).map((values) => Float64Array.from(values));
    fc.assert(
      fc.property(list, list, fc.integer({ min: 2, max: 12 }), (a, b, edges) => {
        const sums = [...a].flatMap((x) => [...b].map((y) => x + y));
        expect(pairHistogram(a, b, edges)).toEqual(cumulativeHistogram(sums, edges));
      }),
      { numRuns: testSize({ small: 300, full: 5000 }) },
    );
  });
});

describe('Fisher features', () => {
  // Elsewhere the sign of rounding noise decided what the original counted.
  const clean = cases
    .flatMap(({ model, fn, layers }) => layers.map((layer) => ({ model, fn, layer })))
    .filter(
      ({ layer }) =>
        layer.n_well_conditioned_input === layer.input_cov_dim && layer.n_well_conditioned_grad === layer.grad_cov_dim,
    );

  it.each(clean)('count the products of the original eigenvalues for $fn in $model, $layer.name', ({ layer }) => {
    const expected = cumulativeHistogram(layer.log_eigs_raw.map(Number), 20)!;
    const found = featuresOf([spectrum(layer.input_eigs, layer.grad_eigs, 2000)]);
    for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i]!, 8);
  });

  it('have a value for each hundred weights but one, and two at least', () => {
    expect([edgeCount(10), edgeCount(399), edgeCount(400), edgeCount(331_968)]).toEqual([3, 3, 4, 3319]);
    expect(featuresOf([spectrum([1], [1], 450), spectrum([1], [1], 2)]).length).toBe(3 + 2);
    // All-CNN-C of docs/design.md section 5.
    const allCnnC = [2688, 83040, 83040, 166080, 331968, 331968, 331968, 37056, 1930];
    expect(featuresOf(allCnnC.map((weights) => spectrum([1], [1], weights))).length).toBe(13_683);
  });

  it('have so many bins at most where that is asked for', () => {
    expect([edgeCount(10, 2), edgeCount(331_968, 50), edgeCount(331_968, 1e6)]).toEqual([3, 51, 3319]);
    expect(featureCount([450, 331_968], 20)).toBe(3 + 20);
    const found = fisherFeatures([spectrum([1, 2], [1], 331_968)], { floor: 0, bins: 20 });
    expect(found.defined && found.features).toHaveLength(20);
  });

  it('are one CDF after the other, non-decreasing up to 1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1e-30, max: 1e30, noNaN: true }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.double({ min: 1e-30, max: 1e30, noNaN: true }), { minLength: 1, maxLength: 8 }),
        (input, gradient) => {
          const result = fisherFeatures([spectrum(input, gradient, 5000)], { floor: 1e-6 });
          if (!result.defined) return;
          expect([...result.features]).toEqual([...result.features].sort((a, b) => a - b));
          expect(result.features.at(-1)).toBe(1);
        },
      ),
    );
  });

  it('drop eigenvalues at or below the floor times the largest of their factor, and above it count them', () => {
    const e = (power: number) => Math.exp(power);
    const at = (floor: number) => featuresOf([spectrum([e(-60), 1], [1], 500)], floor);
    expect(at(0)).toEqual([0.5, 0.5, 1, 1]);
    expect(at(e(-60))).toEqual([0, 0, 1, 1]);
    expect(at(e(-61))).toEqual([0.5, 0.5, 1, 1]);
  });

  it('drop eigenvalues at or below 0 with a floor of 0, so that two negative ones do not make a positive product', () => {
    expect(featuresOf([spectrum([-1, 0, Math.exp(40)], [-1, 0, 1], 400)])).toEqual([0, 0, 1]);
  });

  it('are undefined, naming the layer, with an eigenvalue that is not finite', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const result = fisherFeatures([spectrum([1], [1]), spectrum([1], [1, bad], 300, 'conv_2')], { floor: 0 });
      expect(result).toEqual({ defined: false, reason: expect.stringContaining('"conv_2"') });
    }
  });

  it('are undefined, naming the layer, when it has no eigenvalue in range', () => {
    const undefinedFor = (input: number[], gradient: number[]) =>
      fisherFeatures([spectrum(input, gradient, 300, 'dense_7')], { floor: 1e-6 });
    for (const result of [undefinedFor([0, 0], [1]), undefinedFor([1e-40], [1e-40]), undefinedFor([-1], [-1])]) {
      expect(result).toEqual({ defined: false, reason: expect.stringContaining('"dense_7"') });
    }
  });

  it('are undefined for a network without layers', () => {
    expect(fisherFeatures([], { floor: 0 }).defined).toBe(false);
  });
});

describe('packed CDFs', () => {
  it('are at most 7.7e-6 off after unpacking, and exact at 0 and 1', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (values) => {
        const unpacked = unpackCdf(packCdf(Float64Array.from(values)));
        for (const [i, value] of values.entries()) expect(Math.abs(unpacked[i]! - value)).toBeLessThan(7.7e-6);
      }),
    );
    expect([...unpackCdf(packCdf(Float64Array.of(0, 1)))]).toEqual([0, 1]);
    expect([...packCdf(Float64Array.of(0, 0.5, 1))]).toEqual([0, 32_768, 65_535]);
  });
});
