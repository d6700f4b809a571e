/*
 * a^b for finite a > 0 by correctly rounded operations only (+, -, ·, /, float32 rounding), so that every JavaScript
 * engine gives the same bits: Math.pow of Node 22 and of Node 24 differ in their last bit, enough to change canonical
 * hashes. Error before the last rounding below 2^-57 of the result, so that powers which are float64
 * numbers (x^1, 3^4, 4^0.5) are exact.
 *
 * ln a = e·ln 2 + ln c + 2·atanh((m - c)/(m + c)), a = m·2^e, c = k/32 the nearest to m; then exp(b·ln a) with the
 * argument reduced by multiples of ln 2/16. Numbers of more than 53 bits are sums of two; products are made exact by
 * cutting the factors to float32's 24 bits. Tables: 60 digits, split at 2^-42 (logarithms) or at float64.
 */

/** ln(k/32), k = 23 ... 45, a multiple of 2^-42, and the rest. */
const LOG_HIGH = Float64Array.of(
  -0.33024168687052224,
  -0.28768207245184385,
  -0.2468600779316148,
  -0.20763936477828793,
  -0.16989903679541385,
  -0.13353139262449076,
  -0.09844007281321865,
  -0.0645385211375924,
  -0.03174869831468641,
  0,
  0.03077165866670839,
  0.06062462181648698,
  0.08961215868976069,
  0.11778303565643,
  0.14518200984457508,
  0.17185025692674571,
  0.19782574332998593,
  0.22314355131425145,
  0.2478361639045943,
  0.2719337154835557,
  0.2954642128938758,
  0.31845373111855224,
  0.34092658697068146,
);
const LOG_LOW = Float64Array.of(
  -5.4612144489920215e-14,
  6.292357389008195e-14,
  8.899851356560444e-14,
  4.3425422595242564e-14,
  1.6376276414097503e-14,
  -3.1859736349078334e-14,
  -3.3871241029241416e-14,
  2.1225608044809997e-14,
  1.0610652735224087e-13,
  0,
  4.529814257790929e-14,
  -5.213620639136504e-14,
  -7.355770219435029e-14,
  -4.654729747598445e-14,
  -7.718001336828099e-14,
  -8.649239607212071e-14,
  -6.604544877082384e-14,
  -4.169796584527195e-14,
  -1.3029797173308663e-14,
  8.604306772808733e-14,
  -3.993416384387844e-14,
  -1.7625431312172662e-14,
  -8.82452633212564e-14,
);
const FIRST_LOG = 23;

/** 2^(j/16), j = 0 ... 15, and the rest. */
const EXP_HIGH = Float64Array.of(
  1,
  1.0442737824274138,
  1.0905077326652577,
  1.1387886347566916,
  1.189207115002721,
  1.241857812073484,
  1.2968395546510096,
  1.3542555469368927,
  Math.SQRT2,
  1.4768261459394993,
  1.5422108254079407,
  1.6104903319492543,
  1.681792830507429,
  1.7562521603732995,
  1.8340080864093424,
  1.9152065613971474,
);
const EXP_LOW = Float64Array.of(
  0,
  8.551889705537965e-17,
  -3.046782079812471e-17,
  8.912812676025408e-17,
  3.982015231465646e-17,
  4.658027591836937e-17,
  2.5382502794888315e-17,
  7.70094837980299e-17,
  -9.667293313452913e-17,
  -3.483994556892796e-17,
  7.949834809697621e-17,
  2.4707192569797888e-17,
  8.199010020581497e-17,
  2.960140695448873e-17,
  3.283107224245627e-17,
  -1.0619946056195963e-16,
);

/** ln 2 and ln 2/16: multiples of 2^-42, and the rests. */
const LN2_HIGH = 0.6931471805598903;
const LN2_LOW = 5.497923018708371e-14;
const STEP_HIGH = 0.04332169878489367;
const STEP_LOW = 1.0291218489310676e-13;
const STEPS_PER_UNIT = 23.083120654223414;

/** Beyond these logarithms the result is 0 or ∞. */
const UNDERFLOW = -745.2;
const OVERFLOW = 709.8;

const fround = Math.fround;

/** A register to see the bits of a float64: written before it is read, so it carries nothing from call to call. */
const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
/** Of the word that holds sign and exponent. */
const HIGH = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** 2^e, e = -1023 ... 1023. */
const POWERS_OF_TWO = powersOfTwo();
const ZEROTH = 1023;

/** More such registers: numbers in arrays stay off the heap when functions pass them on. */
const register = { a: new Float64Array(1), b: new Float64Array(1), out: new Float64Array(1) };
const logarithm = { high: new Float64Array(1), low: new Float64Array(1) };

/** a^b for finite a > 0 and finite b. */
export function positivePower(a: number, b: number): number {
  register.a[0] = a;
  register.b[0] = b;
  logarithms(register.a, logarithm.high, logarithm.low);
  raise(0, register.b, logarithm.high, logarithm.low, register.out);
  return register.out[0]!;
}

/** Writes ln |a| = high + low; what is 0 or not finite is left out. */
function logarithms(a: Float64Array, high: Float64Array, low: Float64Array): void {
  for (let i = 0; i < a.length; i++) {
    let size = Math.abs(a[i]!);
    if (!(size > 0 && size < Infinity)) continue;
    float[0] = size;
    let exponent = (words[HIGH]! >>> 20) - ZEROTH;
    if (exponent === -ZEROTH) {
      size *= 2 ** 54;
      float[0] = size;
      exponent = (words[HIGH]! >>> 20) - ZEROTH;
      size *= POWERS_OF_TWO[ZEROTH - exponent]!;
      exponent -= 54;
    } else size *= POWERS_OF_TWO[ZEROTH - exponent]!;
    let m = size;
    if (m >= Math.SQRT2) {
      m /= 2;
      exponent++;
    }

    // s = (m - c)/(m + c) = sHigh + sLow
    const k = Math.floor(32 * m + 0.5);
    const c = k / 32;
    const f = m - c;
    const d = m + c;
    const dHigh = fround(d);
    const cPart = d - m;
    const dLow = m - (d - cPart) + (c - cPart) + (d - dHigh);
    const inverse = 1 / d;
    const sHigh = fround(f * inverse);
    const sLow = (f - sHigh * dHigh - sHigh * dLow) * inverse;
    const s = sHigh + sLow;
    const s2 = s * s;
    const tail = s2 * (1 / 3 + s2 * (1 / 5 + s2 * (1 / 7 + s2 * (1 / 9 + s2 * (1 / 11)))));

    const whole = exponent * LN2_HIGH + LOG_HIGH[k - FIRST_LOG]!;
    const sum = whole + 2 * sHigh;
    high[i] = sum;
    low[i] = 2 * sHigh - (sum - whole) + (2 * (sLow + s * tail) + (exponent * LN2_LOW + LOG_LOW[k - FIRST_LOG]!));
  }
}

/** Writes exp(b·(high + low)) at one place, for finite b. */
function raise(i: number, b: Float64Array, highs: Float64Array, lows: Float64Array, out: Float64Array): void {
  const exponent = b[i]!;
  const high = highs[i]!;
  const low = lows[i]!;
  const rough = exponent * high;
  if (!(rough < OVERFLOW)) out[i] = Number.POSITIVE_INFINITY;
  else if (!(rough > UNDERFLOW)) out[i] = 0;
  // The result is 1 + b·ln a; also keeps b in float32's range.
  else if (Math.abs(rough) < 2 ** -60) out[i] = 1;
  else {
    // b·ln a = pHigh + pLow
    const bHigh = fround(exponent);
    const highHigh = fround(high);
    const pHigh = bHigh * highHigh;
    const pLow = bHigh * (high - highHigh + low) + (exponent - bHigh) * (high + low);

    const n = Math.floor(pHigh * STEPS_PER_UNIT + 0.5);
    const r = pHigh - n * STEP_HIGH + (pLow - n * STEP_LOW);
    const powers = r * (1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720 + r * (1 / 5040 + r * (1 / 40320))))));
    const minusOne = r + r * r * (0.5 + powers);
    const j = n & 15;
    const value = EXP_HIGH[j]! + (EXP_LOW[j]! + EXP_HIGH[j]! * minusOne);
    const e = (n - j) / 16;
    // In two steps where the result or its power of two is none that can be written with all its digits.
    if (e < -1021) out[i] = value * POWERS_OF_TWO[ZEROTH + e + 200]! * 2 ** -200;
    else if (e > 1022) out[i] = value * POWERS_OF_TWO[ZEROTH + e - 200]! * 2 ** 200;
    else out[i] = value * POWERS_OF_TWO[ZEROTH + e]!;
  }
}

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2047).fill(1);
  for (let e = 1; e <= 1023; e++) {
    powers[1023 + e] = powers[1022 + e]! * 2;
    powers[1023 - e] = powers[1024 - e]! / 2;
  }
  return powers;
}

/**
 * a^b by IEEE 754, section 9.2.1, from which Math.pow departs (it gives NaN for these): 1 to any power is 1, NaN
 * included, and (±1)^±∞ = 1. NaN for a < 0 with fractional b.
 */
export function power(a: number, b: number): number {
  if (a === 1 || b === 0) return 1;
  if (a > 0 && a < Infinity && Math.abs(b) < Infinity) return positivePower(a, b);
  if (a === -1 && Math.abs(b) === Infinity) return 1;
  // Exact in every engine: an operand is 0, infinite or NaN.
  if (a === 0 || !Number.isFinite(a) || !Number.isFinite(b)) return a ** b;
  if (b % 1 !== 0) return Number.NaN;
  return b % 2 === 0 ? positivePower(-a, b) : -positivePower(-a, b);
}

/**
 * `power` of each pair, to the bit, but twice as fast or more: the logarithms of the bases are kept for the next call,
 * which often has the same bases.
 */
export function powersOfAll(): (a: Float64Array, b: Float64Array, out: Float64Array) => void {
  let bases = new Float64Array(0);
  let high = bases;
  let low = bases;
  return (a, b, out) => {
    if (!isSame(a, bases)) {
      if (a.length !== bases.length) [high, low] = [new Float64Array(a.length), new Float64Array(a.length)];
      bases = a.slice();
      logarithms(a, high, low);
    }
    for (let i = 0; i < a.length; i++) {
      const base = a[i]!;
      const exponent = b[i]!;
      const size = Math.abs(base);
      if (base === 1 || exponent === 0) out[i] = 1;
      else if (!(size > 0 && size < Infinity && Math.abs(exponent) < Infinity)) out[i] = power(base, exponent);
      else if (base > 0) raise(i, b, high, low, out);
      else if (exponent % 1 !== 0) out[i] = Number.NaN;
      else {
        raise(i, b, high, low, out);
        if (exponent % 2 !== 0) out[i] = -out[i]!;
      }
    }
  };
}

function isSame(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
