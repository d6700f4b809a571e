/*
 * Natural logarithm to about 80 bits, rounded once to float64. The result of Math.log may differ by its last bit between
 * JavaScript engines, and from the C library's; samples that are reproduced bit for bit need the right one.
 * A number of twice the precision is an unevaluated sum of two float64 (Dekker 1971).
 */
type Double = readonly [high: number, low: number];

/** ln 2. */
const LN2: Double = [Math.LN2, 2.3190468138462996e-17];
/** Terms of the series of atanh: with |s| <= 1/5 the first one left out is below 2^-80 of the sum. */
const TERMS = 17;
/** Terms from this one on are below 2^-32 of the sum, so float64 is enough for them. */
const FIRST_SMALL_TERM = 7;

/** a + b exactly (Knuth). */
function sum(a: number, b: number): Double {
  const high = a + b;
  const shadow = high - a;
  return [high, a - (high - shadow) + (b - shadow)];
}

/** a · b exactly (Dekker; without fused multiply-add). */
function product(a: number, b: number): Double {
  const high = a * b;
  const [a1, a2] = split(a);
  const [b1, b2] = split(b);
  return [high, a1 * b1 - high + a1 * b2 + a2 * b1 + a2 * b2];
}

/** Two halves of 26 bits (Veltkamp). */
function split(a: number): Double {
  const shifted = a * 134217729;
  const high = shifted - (shifted - a);
  return [high, a - high];
}

function add(a: Double, b: Double): Double {
  const [high, low] = sum(a[0], b[0]);
  return sum(high, low + a[1] + b[1]);
}

function multiply(a: Double, b: Double): Double {
  const [high, low] = product(a[0], b[0]);
  return sum(high, low + a[0] * b[1] + a[1] * b[0]);
}

function divide(a: Double, b: Double): Double {
  const first = a[0] / b[0];
  const rest = add(a, multiply([-first, 0], b));
  return sum(first, rest[0] / b[0]);
}

/** ln x for normal float64 x > 0. */
export function preciseLog(x: number): number {
  // x = m·2^exponent with 2/3 <= m < 4/3, and ln m = 2 atanh((m - 1)/(m + 1)) = 2 Σ s^{2k+1}/(2k+1).
  let exponent = Math.floor(Math.log2(x));
  let m = x / 2 ** exponent;
  while (m >= 4 / 3) {
    m /= 2;
    exponent++;
  }
  const s = divide(sum(m, -1), sum(m, 1));
  const square = multiply(s, s);
  let small = 0;
  for (let k = TERMS - 1; k >= FIRST_SMALL_TERM; k--) small = 1 / (2 * k + 1) + square[0] * small;
  let series: Double = [small, 0];
  for (let k = FIRST_SMALL_TERM - 1; k >= 0; k--)
    series = add(divide([1, 0], [2 * k + 1, 0]), multiply(square, series));
  const [high, low] = add(multiply([2 * s[0], 2 * s[1]], series), multiply([exponent, 0], LN2));
  return high + low;
}
