import type { Points } from '../points.js';

const ROOT_5 = Math.sqrt(5);

/** The Matérn 5/2 kernel at distance r in length scales; 1 at 0 (Rasmussen & Williams 2006, eq. 4.17). */
export function matern(r: number): number {
  const scaled = ROOT_5 * r;
  return (1 + scaled + (scaled * scaled) / 3) * Math.exp(-scaled);
}

/** Euclidean distance of two rows; NaN where one has no place. */
export function distance({ dimensions, coordinates }: Points, a: number, b: number): number {
  let sum = 0;
  for (let d = 0, i = a * dimensions, j = b * dimensions; d < dimensions; d++, i++, j++) {
    const difference = coordinates[i]! - coordinates[j]!;
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}
