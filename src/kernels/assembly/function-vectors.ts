// AssemblyScript: compiled to dist/kernels/function-vectors.wasm by tools/build-kernels.mjs. The plain TypeScript twins
// are `round` in ../../domain/enumeration/output-rounding.ts and `chebyshevSums` in
// ../../domain/special-functions/chebyshev.ts: the same bits. Parameters are addresses and counts.

/**
 * Rounds `count` float64 values, a multiple of four, to float32 and writes each to its place (uint16) among the floats.
 * @returns 1 where all are finite, else 0
 */
export function round(values: usize, places: usize, floats: usize, count: i32): i32 {
  let zero = f32x4.splat(0);
  const none = f32x4.splat(0);
  for (let i = 0; i < count; i += 4) {
    const from = values + (<usize>i << 3);
    const place = places + (<usize>i << 1);
    // The rounding may make a -0 as well: -0 + 0 = +0.
    const first = f32x4.add(f32x4.demote_f64x2_zero(v128.load(from)), none);
    const second = f32x4.add(f32x4.demote_f64x2_zero(v128.load(from, 16)), none);
    v128.store_lane<f32>(floats + (<usize>load<u16>(place) << 2), first, 0);
    v128.store_lane<f32>(floats + (<usize>load<u16>(place, 2) << 2), first, 1);
    v128.store_lane<f32>(floats + (<usize>load<u16>(place, 4) << 2), second, 0);
    v128.store_lane<f32>(floats + (<usize>load<u16>(place, 6) << 2), second, 1);
    // ±∞ and NaN times 0 are NaN, and stay it in a sum.
    zero = f32x4.add(zero, f32x4.add(f32x4.mul(first, none), f32x4.mul(second, none)));
  }
  return i32(f32x4.extract_lane(zero, 0) + f32x4.extract_lane(zero, 1) == 0);
}

/** Replaces each of `count` values u, a multiple of eight, by Σ c_k T_k(u). Eight recurrences wait less than one. */
export function chebyshevSums(series: usize, terms: i32, u: usize, count: i32): void {
  const two = f64x2.splat(2);
  for (let i = 0; i < count; i += 8) {
    const at = u + (<usize>i << 3);
    const twice0 = f64x2.mul(two, v128.load(at));
    const twice1 = f64x2.mul(two, v128.load(at, 16));
    const twice2 = f64x2.mul(two, v128.load(at, 32));
    const twice3 = f64x2.mul(two, v128.load(at, 48));
    let a0 = f64x2.splat(0);
    let a1 = f64x2.splat(0);
    let a2 = f64x2.splat(0);
    let a3 = f64x2.splat(0);
    let b0 = f64x2.splat(0);
    let b1 = f64x2.splat(0);
    let b2 = f64x2.splat(0);
    let b3 = f64x2.splat(0);
    for (let k = terms - 1; k > 0; k--) {
      const c = v128.load_splat<f64>(series + (<usize>k << 3));
      const sum0 = f64x2.add(f64x2.sub(f64x2.mul(twice0, a0), b0), c);
      const sum1 = f64x2.add(f64x2.sub(f64x2.mul(twice1, a1), b1), c);
      const sum2 = f64x2.add(f64x2.sub(f64x2.mul(twice2, a2), b2), c);
      const sum3 = f64x2.add(f64x2.sub(f64x2.mul(twice3, a3), b3), c);
      b0 = a0;
      b1 = a1;
      b2 = a2;
      b3 = a3;
      a0 = sum0;
      a1 = sum1;
      a2 = sum2;
      a3 = sum3;
    }
    const c = v128.load_splat<f64>(series);
    v128.store(at, f64x2.add(f64x2.sub(f64x2.mul(v128.load(at), a0), b0), c));
    v128.store(at, f64x2.add(f64x2.sub(f64x2.mul(v128.load(at, 16), a1), b1), c), 16);
    v128.store(at, f64x2.add(f64x2.sub(f64x2.mul(v128.load(at, 32), a2), b2), c), 32);
    v128.store(at, f64x2.add(f64x2.sub(f64x2.mul(v128.load(at, 48), a3), b3), c), 48);
  }
}
