// AssemblyScript, part of vector-distances.ts: one row at a time, before distances are taken. Row lengths are in bytes.

/** Bytes of each row that are worked on before the next rows are loaded: eight rows of it fit into the first cache. */
export const CHUNK: usize = 4096;

// @ts-ignore: decorator
@inline
export function sumOfLanes(sums: v128): i32 {
  return (
    i32x4.extract_lane(sums, 0) +
    i32x4.extract_lane(sums, 1) +
    (i32x4.extract_lane(sums, 2) + i32x4.extract_lane(sums, 3))
  );
}

/** Sets bits of `flags` where `row` differs from `first`. */
export function markDifferent(row: usize, first: usize, flags: usize, length: usize): void {
  for (let k: usize = 0; k < length; k += 16) {
    v128.store(flags + k, v128.or(v128.load(flags + k), v128.xor(v128.load(row + k), v128.load(first + k))));
  }
}

/** Keeps of a row of 16-bit entries those at the `kept` ascending places in `places` (uint32), and pads with zeros. */
export function keepIntegers(row: usize, places: usize, kept: usize, length: usize): void {
  for (let k: usize = 0; k < kept; k++) {
    store<u16>(row + (k << 1), load<u16>(row + (<usize>load<u32>(places + (k << 2)) << 1)));
  }
  memory.fill(row + (kept << 1), 0, length - (kept << 1));
}

/** The same for 32-bit entries. */
export function keepFloats(row: usize, places: usize, kept: usize, length: usize): void {
  for (let k: usize = 0; k < kept; k++) {
    store<u32>(row + (k << 2), load<u32>(row + (<usize>load<u32>(places + (k << 2)) << 2)));
  }
  memory.fill(row + (kept << 2), 0, length - (kept << 2));
}

/** Turns a row's uint16 entries x into x - 32768. @returns their sum */
export function prepareIntegers(row: usize, length: usize): f64 {
  const sign = i16x8.splat(<i16>0x8000);
  const ones = i16x8.splat(1);
  let total: f64 = 0;
  for (let from: usize = 0; from < length; from += CHUNK) {
    const end = min<usize>(from + CHUNK, length);
    let sums = i32x4.splat(0);
    for (let k = from; k < end; k += 16) {
      const values = v128.xor(v128.load(row + k), sign);
      v128.store(row + k, values);
      sums = i32x4.add(sums, i32x4.dot_i16x8_s(values, ones));
    }
    total += <f64>sumOfLanes(sums);
  }
  return total;
}

/**
 * Sums groups of 16 neighbouring entries of a row prepared by `prepareIntegers`, each divided by 16 and rounded down,
 * to 16-bit entries at `out`.
 * @param groups how many; the row has 16 entries for each, those beyond its end being zero bytes
 * @returns the sum of the results
 */
export function groupIntegers(row: usize, length: usize, out: usize, groups: usize): f64 {
  const ones = i16x8.splat(1);
  let total: f64 = 0;
  for (let group: usize = 0; group < groups; group++) {
    const at = group << 5;
    let sums = i32x4.dot_i16x8_s(v128.load(row + at), ones);
    if (at + 16 < length) sums = i32x4.add(sums, i32x4.dot_i16x8_s(v128.load(row + at, 16), ones));
    const value = sumOfLanes(sums) >> 4;
    store<i16>(out + (group << 1), <i16>value);
    total += <f64>value;
  }
  return total;
}
