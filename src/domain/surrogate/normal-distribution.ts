import { erfc } from '../special-functions/error-functions.js';

/** P(Z ≤ z) of a standard normal Z, accurate in both tails. */
export const normalCdf = (z: number): number => erfc(-z / Math.SQRT2) / 2;

/** Density of the standard normal. */
export const normalDensity = (z: number): number => Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI);
