import { expect } from 'vitest';

/** Eigenvalues agree within 1e-4·λ + 1e-6·λmax. */
export function expectClose(found: Float64Array, wanted: readonly number[], what: string): void {
  expect(found, what).toHaveLength(wanted.length);
  const largest = wanted.at(-1)!;
  for (const [i, value] of wanted.entries()) {
    expect(Math.abs(found[i]! - value), `${what}, eigenvalue ${i}`).toBeLessThanOrEqual(
      1e-4 * Math.abs(value) + 1e-6 * largest,
    );
  }
}
