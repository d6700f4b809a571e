// AssemblyScript: compiled to dist/kernels/umap-descent.wasm by tools/build-kernels.mjs. The plain TypeScript twin, where
// the method is explained, is `descend` in ../../domain/surrogate/embedding/umap-layout.ts: the same bits. Points are pairs of
// float64, each pair one SIMD register. Parameters are addresses, counts and the constants of the twin's tables.

let s0: u32 = 0;
let s1: u32 = 0;
let s2: u32 = 0;
let s3: u32 = 0;

/** Sets the state of the random generator to the four words at the address. */
export function seed(state: usize): void {
  s0 = load<u32>(state);
  s1 = load<u32>(state, 4);
  s2 = load<u32>(state, 8);
  s3 = load<u32>(state, 12);
}

/** xoshiro128** */
// @ts-ignore: decorator
@inline
function bits(): u32 {
  const result = rotl<u32>(s1 * 5, 7) * 9;
  const t = s1 << 9;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  s0 ^= s3;
  s2 ^= t;
  s3 = rotl<u32>(s3, 11);
  return result;
}

/** The table's value for a squared distance. */
// @ts-ignore: decorator
@inline
function force(table: usize, square: f64, firstEntry: i32, entries: i32, fractionBits: i32): f64 {
  const word = <u32>(reinterpret<u64>(square) >>> 32);
  const entry = <i32>(word >>> fractionBits) - firstEntry;
  // Beyond the ends the fraction does not count: the last entry has no rise, and the first is taken at its beginning.
  const inside = max(0, min(entries, entry));
  const fraction =
    entry < 0 ? 0 : <f64>(word & ((1 << fractionBits) - 1)) / <f64>(1 << fractionBits);
  const address = table + (<usize>inside << 4);
  return load<f64>(address) + fraction * load<f64>(address, 8);
}

// @ts-ignore: decorator
@inline
function squareOf(difference: v128): f64 {
  const squares = f64x2.mul(difference, difference);
  return f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
}

/** One epoch over all edges. */
export function descendEpoch(
  coordinates: usize,
  points: u32,
  head: usize,
  tail: usize,
  period: usize,
  nextDraw: usize,
  nextPush: usize,
  edges: usize,
  epoch: f64,
  rate: f64,
  negativeSamples: f64,
  largestStep: f64,
  tailsStay: bool,
  pull: usize,
  push: usize,
  firstEntry: i32,
  entries: i32,
  fractionBits: i32,
): void {
  const most = f64x2.splat(largestStep);
  const least = f64x2.splat(-largestStep);
  const rates = f64x2.splat(rate);
  for (let edge: usize = 0; edge < edges; edge++) {
    const at = edge << 3;
    const due = load<f64>(nextDraw + at);
    if (due > epoch) continue;
    const i = coordinates + (<usize>load<u32>(head + (edge << 2)) << 4);
    const j = coordinates + (<usize>load<u32>(tail + (edge << 2)) << 4);
    const other = v128.load(j);
    let point = v128.load(i);
    const difference = f64x2.sub(point, other);
    const drawn = f64x2.splat(force(pull, squareOf(difference), firstEntry, entries, fractionBits));
    const step = f64x2.mul(f64x2.pmax(least, f64x2.pmin(most, f64x2.mul(drawn, difference))), rates);
    point = f64x2.add(point, step);
    if (!tailsStay) v128.store(j, f64x2.sub(other, step));
    const wait = load<f64>(period + at);
    store<f64>(nextDraw + at, due + wait);

    const pushPeriod = wait / negativeSamples;
    const owed = load<f64>(nextPush + at);
    const pushes = floor((epoch - owed) / pushPeriod);
    let pushed = f64x2.splat(0);
    for (let n = <i32>pushes; n > 0; n--) {
      const k = coordinates + (<usize>((<u64>bits() * <u64>points) >>> 32) << 4);
      if (k == i) continue;
      const away = f64x2.sub(point, v128.load(k));
      const strength = f64x2.splat(force(push, squareOf(away), firstEntry, entries, fractionBits));
      pushed = f64x2.add(pushed, f64x2.pmax(least, f64x2.pmin(most, f64x2.mul(strength, away))));
    }
    store<f64>(nextPush + at, owed + pushes * pushPeriod);
    v128.store(i, f64x2.add(point, f64x2.mul(pushed, rates)));
  }
}
