import { readFileSync } from 'node:fs';

/** A file of test/golden, values made by other programs. The caller names its shape. */
export function golden<Shape>(file: string): Shape {
  return JSON.parse(readFileSync(new URL(`../golden/${file}.json`, import.meta.url), 'utf8')) as Shape;
}

/** Numbers in golden files; those that JSON cannot hold are text. */
export type GoldenNumber = number | 'nan' | 'inf' | '-inf' | '-0.0';

export function toNumber(value: GoldenNumber): number {
  if (typeof value === 'number') return value;
  return { nan: Number.NaN, inf: Infinity, '-inf': -Infinity, '-0.0': -0 }[value];
}

/** Little-endian float32 from base64. */
export function decodeFloat32(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}

/** How many float32 lie between two: 0 for equal ones, 1 for neighbours. -0 and +0 are equal; NaN is NaN's equal. */
export function float32Distance(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b) ? 0 : Infinity;
  const ordinal = (value: number): number => {
    const bits = new Int32Array(Float32Array.of(value).buffer)[0]!;
    return bits < 0 ? -(bits & 0x7fffffff) : bits;
  };
  return Math.abs(ordinal(a) - ordinal(b));
}
