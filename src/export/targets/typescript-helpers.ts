import { I0E_LARGE, I0E_SMALL, I1E_LARGE, I1E_SMALL } from '../../domain/special-functions/bessel.js';
import { ERF_SERIES, ERFCX_SERIES } from '../../domain/special-functions/error-functions.js';
import type { Helpers } from '../helpers.js';
import { seriesCode } from './series.js';

const series = (name: string, values: readonly number[], meaning: string): string =>
  `/** ${meaning} */\n${seriesCode(`const ${name}: readonly number[] = `, values)}`;

/** The functions of src/domain/special-functions and src/domain/operators that are more than a line. */
export const TYPESCRIPT_HELPERS: Helpers = {
  SELU_SCALE: 'const SELU_SCALE = 1.0507009873554805;',
  SELU_ALPHA: 'const SELU_ALPHA = 1.6732632423543772;',
  TWO_OVER_ROOT_PI: 'const TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);',
  ONE_OVER_ROOT_TWO_PI: 'const ONE_OVER_ROOT_TWO_PI = 1 / Math.sqrt(2 * Math.PI);',
  ERF_SERIES: series('ERF_SERIES', ERF_SERIES, 'Chebyshev series of erf(x) / x over |x| <= 1, in u = 2x² - 1.'),
  ERFCX_SERIES: series('ERFCX_SERIES', ERFCX_SERIES, 'Of (x + 4) e^(x²) erfc(x) over x >= 0, in u = (x - 4)/(x + 4).'),
  I0E_SMALL: series('I0E_SMALL', I0E_SMALL, 'Of e^-x I0(x) over [0, 8], in u = x/4 - 1.'),
  I0E_LARGE: series('I0E_LARGE', I0E_LARGE, 'Of √x e^-x I0(x) over x >= 8, in u = 16/x - 1.'),
  I1E_SMALL: series('I1E_SMALL', I1E_SMALL, 'Of e^-x I1(x) / x over [0, 8], in u = x/4 - 1.'),
  I1E_LARGE: series('I1E_LARGE', I1E_LARGE, 'Of √x e^-x I1(x) over x >= 8, in u = 16/x - 1.'),
  chebyshevSum: `/** Sum of c[k] T_k(u), by Clenshaw's recurrence. */
function chebyshevSum(series: readonly number[], u: number): number {
  let next = 0;
  let afterNext = 0;
  for (let k = series.length - 1; k > 0; k--) {
    const sum = 2 * u * next - afterNext + series[k]!;
    afterNext = next;
    next = sum;
  }
  return u * next - afterNext + series[0]!;
}`,
  erfcTail: `/** erfc(x) for x >= 0.5, accurate in the tail. */
function erfcTail(x: number): number {
  if (x > 28) return 0;
  const scaled = chebyshevSum(ERFCX_SERIES, (x - 4) / (x + 4)) / (x + 4);
  const h = Math.fround(x);
  return Math.exp(-h * h) * Math.exp((h - x) * (x + h)) * scaled;
}`,
  erf: `/** Error function. */
function erf(x: number): number {
  const size = Math.abs(x);
  if (size <= 1) return x * chebyshevSum(ERF_SERIES, 2 * x * x - 1);
  const value = 1 - erfcTail(size);
  return x < 0 ? -value : value;
}`,
  erfc: `/** 1 - erf(x), without cancellation for x > 0. */
function erfc(x: number): number {
  return x < 0.5 ? 1 - erf(x) : erfcTail(x);
}`,
  besselI0e: `/** e^-|x| I0(x), with I0 the modified Bessel function of order 0. */
function besselI0e(x: number): number {
  const size = Math.abs(x);
  if (size <= 8) return chebyshevSum(I0E_SMALL, size / 4 - 1);
  return chebyshevSum(I0E_LARGE, 16 / size - 1) / Math.sqrt(size);
}`,
  besselI1e: `/** e^-|x| I1(x), with I1 the modified Bessel function of order 1. */
function besselI1e(x: number): number {
  const size = Math.abs(x);
  if (size <= 8) return x * chebyshevSum(I1E_SMALL, size / 4 - 1);
  const value = chebyshevSum(I1E_LARGE, 16 / size - 1) / Math.sqrt(size);
  return x < 0 ? -value : value;
}`,
  sigmoid: `function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}`,
  logSigmoid: `/** ln sigmoid(x), without overflow on the left or cancellation on the right. */
function logSigmoid(x: number): number {
  return x >= 0 ? -Math.log1p(Math.exp(-x)) : x - Math.log1p(Math.exp(x));
}`,
  softplus: `/** ln(1 + e^x), without overflow on the right or cancellation on the left. */
function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}`,
  power: `/** a^b by IEEE 754, from which Math.pow departs: 1^NaN = 1 and (±1)^±∞ = 1. */
function power(a: number, b: number): number {
  return a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b;
}`,
  powerByBase: `/** The derivative of a^b by a. */
function powerByBase(a: number, b: number): number {
  return b === 0 ? 0 : b * power(a, b - 1);
}`,
  powerByExponent: `/** The derivative of a^b by b; 0 for a <= 0, where it is not real. */
function powerByExponent(a: number, b: number): number {
  return a > 0 ? power(a, b) * Math.log(a) : 0;
}`,
  larger: `/** The larger; NaN where either is NaN. */
function larger(a: number, b: number): number {
  return a > b || Number.isNaN(a) ? a : b;
}`,
  smaller: `/** The smaller; NaN where either is NaN. */
function smaller(a: number, b: number): number {
  return a < b || Number.isNaN(a) ? a : b;
}`,
};
