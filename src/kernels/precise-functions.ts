import type { Decimal } from 'decimal.js';

/** decimal.js with a precision of its own. */
export type Decimals = typeof Decimal;

/*
 * Functions that decimal.js lacks, or has only slowly, to about its precision: each is written so that it cancels
 * nowhere.
 */

/** eˣ - 1; Taylor's series near 0. */
export function expm1(D: Decimals, x: Decimal): Decimal {
  if (!x.abs().lt(0.5)) return x.exp().sub(1);
  return series(D, x, (term, k) => term.mul(x).div(k + 1));
}

/** ln(1 + x) = 2·artanh(x/(2 + x)). */
export function log1p(D: Decimals, x: Decimal): Decimal {
  if (!x.abs().lt(0.5)) return x.add(1).ln();
  const t = x.div(x.add(2));
  const square = t.mul(t);
  return series(D, t, (term, k) =>
    term
      .mul(square)
      .mul(2 * k - 1)
      .div(2 * k + 1),
  ).mul(2);
}

export function tanh(D: Decimals, x: Decimal): Decimal {
  const t = expm1(D, x.abs().mul(-2));
  const size = t.neg().div(t.add(2));
  return x.isNegative() ? size.neg() : size;
}

export function asinh(D: Decimals, x: Decimal): Decimal {
  const size = x.abs();
  if (!size.isFinite()) return x;
  const square = size.mul(size);
  const value = log1p(D, size.add(square.div(square.add(1).sqrt().add(1))));
  return x.isNegative() ? value.neg() : value;
}

const TAIL = 2;

/** 2/√π·e^{-x²} Σ 2ᵏx^{2k+1}/(2k+1)!! (DLMF 7.6.2), all terms of one sign. */
export function erf(D: Decimals, x: Decimal): Decimal {
  if (x.abs().gt(TAIL)) {
    const value = new D(1).sub(erfcTail(D, x.abs()));
    return x.isNegative() ? value.neg() : value;
  }
  const square = x.mul(x);
  const sum = series(D, x, (term, k) =>
    term
      .mul(square)
      .mul(2)
      .div(2 * k + 1),
  );
  return sum.mul(2).div(rootPi(D)).mul(square.neg().exp());
}

export function erfc(D: Decimals, x: Decimal): Decimal {
  return x.gt(TAIL) ? erfcTail(D, x) : new D(1).sub(erf(D, x));
}

/** e^{-x²}/√π · 1/(x + ½/(x + 1/(x + (3/2)/(x + ...)))) (DLMF 7.9.2), from the inside out. */
function erfcTail(D: Decimals, x: Decimal): Decimal {
  if (!x.isFinite()) return x.isNaN() ? x : new D(0);
  const digits = D.precision * Math.LN10;
  // Its error falls as e^{-2x√(2n)}.
  const size = Math.min(x.toNumber(), 1e8);
  let fraction = x;
  for (let k = Math.ceil(digits ** 2 / (8 * size * size)) + 20; k > 0; k--)
    fraction = x.add(new D(k / 2).div(fraction));
  return x.mul(x).neg().exp().div(rootPi(D)).div(fraction);
}

/** e^{-|x|} I_ν(x), ν = 0 or 1: the power series (DLMF 10.25.2), far out Hankel's (10.40.1). */
export function besselIe(D: Decimals, order: 0 | 1, x: Decimal): Decimal {
  const size = x.abs();
  if (!size.isFinite()) return size.isNaN() ? size : new D(0);
  const value = size.gt(1.3 * D.precision + 20) ? hankel(D, order, size) : powerSeries(D, order, size);
  return order === 1 && x.isNegative() ? value.neg() : value;
}

function powerSeries(D: Decimals, order: 0 | 1, x: Decimal): Decimal {
  const quarter = x.mul(x).div(4);
  const first = order === 0 ? new D(1) : x.div(2);
  return series(D, first, (term, k) => term.mul(quarter).div(k * (k + order))).mul(x.neg().exp());
}

function hankel(D: Decimals, order: 0 | 1, x: Decimal): Decimal {
  const sum = series(D, new D(1), (term, k) => term.mul((2 * k - 1) ** 2 - 4 * order).div(x.mul(8 * k)));
  return sum.div(x.mul(2).mul(D.acos(-1)).sqrt());
}

const rootPi = (D: Decimals): Decimal => D.acos(-1).sqrt();

/** first + ... where `next` makes term k from term k - 1, to the last digit. */
function series(D: Decimals, first: Decimal, next: (term: Decimal, k: number) => Decimal): Decimal {
  let sum = first;
  let term = first;
  for (let k = 1; k < 100_000 && !term.isZero(); k++) {
    term = next(term, k);
    if (term.e < sum.e - D.precision - 2) break;
    sum = sum.add(term);
  }
  return sum;
}
