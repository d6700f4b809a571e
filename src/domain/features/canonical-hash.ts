import { createHash } from 'node:crypto';

/** Enters the hash: change it whenever samples, rounding or layout change. */
export const VERSION_TAG = 'aquasurf output features 1';
/** Bits of the one float32 NaN. */
export const CANONICAL_NAN = 0x7fc00000;
/** 128 bits. */
export const HASH_DIGITS = 32;

/**
 * What identifies a function: the first 128 bits, as 32 hex digits, of the SHA-256 of a version tag and of the output
 * features, float32 little-endian with -0 as +0 and every NaN as one NaN. Functions with the same hash are equivalent.
 */
export function canonicalHash(outputs: Float32Array): string {
  const bytes = new DataView(new ArrayBuffer(4 * outputs.length));
  for (let i = 0; i < outputs.length; i++) {
    const value = outputs[i]!;
    if (Number.isNaN(value)) bytes.setUint32(4 * i, CANONICAL_NAN, true);
    else bytes.setFloat32(4 * i, value + 0, true);
  }
  return createHash('sha256').update(VERSION_TAG).update(bytes).digest('hex').slice(0, HASH_DIGITS);
}
