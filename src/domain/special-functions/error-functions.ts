import { type ChebyshevSeries, type ChebyshevSums, chebyshevSum, endOfRun } from './chebyshev.js';
import { remembered } from './remembered.js';

/*
 * Math has no error functions. Series: interpolation at Chebyshev nodes with 60 digits, cut at 2^-57 of the largest
 * coefficient. Errors against 50-digit values: at most 4 units in the last place.
 */

/** erf(x) / x over |x| <= 1, in u = 2x² - 1. */
export const ERF_SERIES: ChebyshevSeries = [
  0.9754769393826541, -0.14226120510371365, 0.010035582187599796, -0.0005768764699767485, 2.741993125219606e-5,
  -1.1043175507344507e-6, 3.8488755420345036e-8, -1.1808582533875466e-9, 3.2334215826050907e-11, -7.991015947004549e-13,
  1.7990725113961456e-14, -3.718635487818693e-16,
];

/** (x + 4)·e^{x²}·erfc(x) over x >= 0, in u = (x - 4)/(x + 4). */
export const ERFCX_SERIES: ChebyshevSeries = [
  1.6320978781965259, -1.5054329427054698, 0.5903214182888945, -0.19828527172011035, 0.0569084302284687,
  -0.013773973050870096, 0.002729016733135232, -0.00041361807903024755, 3.89141838079606e-5, 4.795485503364818e-7,
  -8.699107081379825e-7, 1.2116707094396558e-7, 3.79196702608182e-9, -3.4533646779963824e-9, 2.748862570381361e-10,
  6.813959375318511e-11, -1.3568522747316355e-11, -1.0463235067416098e-12, 4.851070321243456e-13, 8.458758172979236e-15,
  -1.6469363733616713e-14, 2.5314850886802834e-16, 5.757244393379938e-16,
];

/** erfc(x) for x >= 0.5, accurate in the tail. */
function erfcTail(x: number): number {
  if (x > 28) return 0;
  return descaled(x, chebyshevSum(ERFCX_SERIES, (x - 4) / (x + 4)));
}

/** e^{-x²} times the sum of the series over x + 4. */
function descaled(x: number, sum: number): number {
  // e^{-x²} = e^{-h²}·e^{-(x-h)(x+h)}: h has 24 bits, so h² is exact, and rounding x² does not grow by x².
  const h = Math.fround(x);
  return Math.exp(-h * h) * Math.exp((h - x) * (x + h)) * (sum / (x + 4));
}

/** erf(x) = 2/√π ∫₀ˣ e^{-t²} dt. erf(±∞) = ±1, erf(NaN) = NaN. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size <= 1) return x * chebyshevSum(ERF_SERIES, 2 * x * x - 1);
  const value = 1 - erfcTail(size);
  return x < 0 ? -value : value;
}

/** erfc(x) = 1 - erf(x), without the cancellation for x > 0. erfc(∞) = 0, erfc(-∞) = 2, erfc(NaN) = NaN. */
export function erfc(x: number): number {
  return x < 0.5 ? 1 - erf(x) : erfcTail(x);
}

/** `erf` of each, to the bit, but several times as fast. */
export function erfOfAll(x: Float64Array, out: Float64Array, chebyshevSums: ChebyshevSums): void {
  const sums = seriesOf(x, chebyshevSums);
  for (let i = 0; i < x.length; i++) out[i] = erfFrom(x[i]!, sums[i]!);
}

/** `erfc` of each, to the bit, but several times as fast. */
export function erfcOfAll(x: Float64Array, out: Float64Array, chebyshevSums: ChebyshevSums): void {
  const sums = seriesOf(x, chebyshevSums);
  for (let from = 0; from < x.length; ) {
    let to = from + 1;
    while (to < x.length && isMiddle(x[to]!) === isMiddle(x[from]!)) to++;
    if (isMiddle(x[from]!)) tails(x, out, from, to, chebyshevSums);
    else for (let i = from; i < to; i++) out[i] = x[i]! > 1 ? sums[i]! : 1 - erfFrom(x[i]!, sums[i]!);
    from = to;
  }
}

/** Where `erfc` is `erfcTail`, but `erf` is not made of it. */
const isMiddle = (x: number): boolean => x >= 0.5 && x <= 1;

/** erf(x) from what `seriesOf` gives for x. */
function erfFrom(x: number, sum: number): number {
  if (Math.abs(x) <= 1) return x * sum;
  return x < 0 ? -(1 - sum) : 1 - sum;
}

/** What `erf` and `erfc` have in common: erf(x) / x where |x| <= 1, else `erfcTail` of |x|. */
const seriesOf = remembered((x, out, chebyshevSums: ChebyshevSums) => {
  for (let from = 0; from < x.length; ) {
    const to = endOfRun(x, from, 1);
    if (Math.abs(x[from]!) <= 1) centre(x, out, from, to, chebyshevSums);
    else tails(x, out, from, to, chebyshevSums);
    from = to;
  }
});

/** The series of `erf` between -1 and 1. */
function centre(x: Float64Array, out: Float64Array, from: number, to: number, chebyshevSums: ChebyshevSums): void {
  for (let i = from; i < to; i++) out[i] = 2 * x[i]! * x[i]! - 1;
  chebyshevSums(ERF_SERIES, out, from, to);
}

/** `erfcTail` of the sizes. */
function tails(x: Float64Array, out: Float64Array, from: number, to: number, chebyshevSums: ChebyshevSums): void {
  for (let i = from; i < to; i++) out[i] = (Math.abs(x[i]!) - 4) / (Math.abs(x[i]!) + 4);
  chebyshevSums(ERFCX_SERIES, out, from, to);
  for (let i = from; i < to; i++) {
    const size = Math.abs(x[i]!);
    out[i] = size > 28 ? 0 : descaled(size, out[i]!);
  }
}
