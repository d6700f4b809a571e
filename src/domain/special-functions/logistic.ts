import { remembered } from './remembered.js';

/* The logistic function and its logarithm, and for whole vectors what operators made of them have in common. */

/** 1/(1 + e⁻ˣ). */
export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** ln(1 + eˣ), without overflow on the right or cancellation on the left. */
export const softplus = (x: number): number => (x > 0 ? x + softplusTail(x) : softplusTail(x));

/** ln logistic(x) = -softplus(-x), without overflow on the left or cancellation on the right. */
export const logSigmoid = (x: number): number => (x >= 0 ? -softplusTail(x) : x - softplusTail(x));

/** ln(1 + e^{-|x|}), what softplus is above relu. */
const softplusTail = (x: number): number => Math.log1p(Math.exp(-Math.abs(x)));

const logistics = remembered((x, out) => {
  for (let i = 0; i < x.length; i++) out[i] = logistic(x[i]!);
});

const softplusTails = remembered((x, out) => {
  for (let i = 0; i < x.length; i++) out[i] = softplusTail(x[i]!);
});

/** `logistic` of each. */
export function logisticOfAll(x: Float64Array, out: Float64Array): void {
  out.set(logistics(x));
}

/** `x·logistic(x)` of each. */
export function swishOfAll(x: Float64Array, out: Float64Array): void {
  const gate = logistics(x);
  for (let i = 0; i < x.length; i++) out[i] = x[i]! * gate[i]!;
}

/** `softplus` of each. */
export function softplusOfAll(x: Float64Array, out: Float64Array): void {
  const tail = softplusTails(x);
  for (let i = 0; i < x.length; i++) out[i] = x[i]! > 0 ? x[i]! + tail[i]! : tail[i]!;
}

/** `logSigmoid` of each. */
export function logSigmoidOfAll(x: Float64Array, out: Float64Array): void {
  const tail = softplusTails(x);
  for (let i = 0; i < x.length; i++) out[i] = x[i]! >= 0 ? -tail[i]! : x[i]! - tail[i]!;
}
