import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainRounding } from '../../src/domain/enumeration/output-rounding.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { I0E_LARGE, I0E_SMALL } from '../../src/domain/special-functions/bessel.js';
import { chebyshevSum } from '../../src/domain/special-functions/chebyshev.js';
import { wasmEnumerationKernels } from '../../src/kernels/function-vectors.js';

const { rounding, chebyshevSums } = wasmEnumerationKernels();

/** Where float32 ends or begins to lose digits. */
const EDGES = [0, -0, 1e-46, -1e-46, 1e-40, 3.4e38, 3.5e38, -3.5e38, 1 + 2 ** -24, Infinity, -Infinity, NaN];
const value = fc.oneof(fc.double(), fc.constantFrom(...EDGES), fc.double({ min: -9, max: 9, noNaN: true }));

/** As bits, but every NaN alike. */
const shown = (values: Float32Array | Float64Array) =>
  [...values].map((number) => (Object.is(number, -0) ? '-0' : String(number)));

describe('rounding in WebAssembly', () => {
  it.each([4, 40, 1000])('of %i values is that of plain TypeScript, in any order', (count) => {
    const order = Uint16Array.from(new SeededRandom(count).shuffle([...Array(count).keys()]));
    const [ours, plain] = [rounding!(order, 24), plainRounding(order, 24)];
    const property = fc.property(fc.array(value, { minLength: count, maxLength: count }), (values) => {
      ours.values.set(values);
      plain.values.set(values);
      expect(ours.round()).toBe(values.every((number) => Number.isFinite(Math.fround(number))));
      expect(plain.round()).toBe(values.every((number) => Number.isFinite(Math.fround(number))));
      expect(shown(ours.floats)).toEqual(shown(plain.floats));
      expect(shown(ours.floats)).not.toContain('-0');
    });
    fc.assert(property, { numRuns: 100 });
  });

  it.each([
    [3e38, true],
    [-3e38, true],
    [3.5e38, false],
    [Number.NaN, false],
  ])('of nothing but %d says whether all are finite', (number, finite) => {
    const { round, values } = rounding!(Uint16Array.from(Array(8).keys()), 0);
    values.fill(number);
    expect(round()).toBe(finite);
  });

  it('leaves what stands in front of the floats', () => {
    const { floats, round, values } = rounding!(Uint16Array.of(0, 1, 2, 3), 24);
    const before = new Uint8Array(floats.buffer, 0, 24).fill(7);
    values.fill(0.1);
    round();
    expect([...before]).toEqual(Array(24).fill(7));
    expect([...floats]).toEqual(Array(4).fill(Math.fround(0.1)));
  });
});

describe('sums of series in WebAssembly', () => {
  it.each([1, 7, 8, 9, 1000, 1024, 1025, 3000])('of %i entries are those of each alone', (count) => {
    const random = new SeededRandom(count);
    const entries = Float64Array.from({ length: count + 5 }, () => 2 * random.next() - 1);
    entries[3] = Number.NaN;
    for (const series of [I0E_SMALL, I0E_LARGE, [0.5], I0E_SMALL]) {
      const sums = entries.slice();
      chebyshevSums!(series, sums, 2, 2 + count);
      const expected = entries.map((u, i) => (i >= 2 && i < 2 + count ? chebyshevSum(series, u) : u));
      expect(sums).toEqual(expected);
    }
  });
});
