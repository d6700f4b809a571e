import { type ChebyshevSeries, type ChebyshevSums, chebyshevSum, endOfRun } from './chebyshev.js';

/*
 * Modified Bessel functions of the first kind, scaled by e^{-|x|}. Series: interpolation at Chebyshev nodes with 60
 * digits, cut at 2^-57 of the largest coefficient; they agree with those that Clenshaw tabulated (1962). Errors against
 * 50-digit values: at most 4 units in the last place. The series on |x| <= 8 are in u = |x|/4 - 1, those beyond in
 * u = 16/|x| - 1.
 */

/** e^{-x} I₀(x), 0 <= x <= 8. */
export const I0E_SMALL: ChebyshevSeries = [
  0.33839763720473803, -0.3046826723431984, 0.17162090152220877, -0.09490109704804764, 0.04930528423967071,
  -0.02373741480589947, 0.010546460394594998, -0.004324309995050576, 0.0016394756169413357, -0.0005763755745385824,
  0.00018850288509584165, -5.754195010082104e-5, 1.6448448070728896e-5, -4.4167383584587505e-6, 1.1173875391201037e-6,
  -2.670793853940612e-7, 6.046995022541919e-8, -1.300025009986248e-8, 2.6598237246823866e-9, -5.189795601635263e-10,
  9.675809035373237e-11, -1.726826291441556e-11, 2.95505266312964e-12, -4.856446783111929e-13, 7.676185498604936e-14,
  -1.1685332877993451e-14, 1.715391285555133e-15, -2.431279846547955e-16, 3.3307945188222384e-17,
];

/** √x e^{-x} I₀(x), x >= 8. */
export const I0E_LARGE: ChebyshevSeries = [
  0.4022452055070544, 0.0033691164782556943, 6.889758346916825e-5, 2.8913705208347567e-6, 2.0489185894690638e-7,
  2.266668990498178e-8, 3.3962320257083865e-9, 4.94060238822497e-10, 1.1889147107846439e-11, -3.1499165279632416e-11,
  -1.3215811840447713e-11, -1.7941785315068062e-12, 7.180124451383666e-13, 3.8527783827421426e-13, 1.54008621752141e-14,
  -4.150569347287222e-14, -9.554846698828307e-15, 3.8116806693526224e-15, 1.7725601330565263e-15,
  -3.425485619677219e-16, -2.8276239805165836e-16, 3.461222867697461e-17, 4.46562142029676e-17, -4.830504485944182e-18,
  -7.233180487874754e-18,
];

/** e^{-x} I₁(x) / x, 0 <= x <= 8. */
export const I1E_SMALL: ChebyshevSeries = [
  0.12629359322181682, -0.17641651835783406, 0.1026436586898471, -0.05294598120809499, 0.024726449030626516,
  -0.010564084894626197, 0.004156422944312888, -0.0015135724506312532, 0.0005122859561685758, -0.00016176081582589674,
  4.781565107550054e-5, -1.3273163656039436e-5, 3.4702513081376785e-6, -8.568720264695455e-7, 2.0032947535521353e-7,
  -4.445059128796328e-8, 9.381537386495773e-9, -1.8872497517228294e-9, 3.625590281552117e-10, -6.663489723502027e-11,
  1.1736186298890901e-11, -1.9839743977649436e-12, 3.223793365945575e-13, -5.042185504727912e-14, 7.600684294735408e-15,
  -1.1055969477353862e-15, 1.5536319577362005e-16, -2.111421214358166e-17, 2.7779141127610464e-18,
];

/** √x e^{-x} I₁(x), x >= 8. */
export const I1E_LARGE: ChebyshevSeries = [
  0.38928811750914005, -0.009761097491361469, -0.00011058893876262371, -3.882564808877691e-6, -2.512236237870209e-7,
  -2.6314688468895196e-8, -3.835380385964237e-9, -5.589743462196584e-10, -1.8974958123505413e-11,
  3.2526035830154884e-11, 1.4125807436613782e-11, 2.0356285441470896e-12, -7.198551776245908e-13,
  -4.0835511110921974e-13, -2.1015418427726643e-14, 4.272440016711951e-14, 1.0420276984128802e-14,
  -3.8144030724370075e-15, -1.8803547755107825e-15, 3.3082023109209285e-16, 2.96262899764595e-16,
  -3.209525921993424e-17, -4.6503053684893586e-17, 4.414348323071708e-18, 7.517296310842105e-18,
];

/** e^{-|x|} I₀(x), even; 0 at ±∞, NaN at NaN. */
export function besselI0e(x: number): number {
  const size = Math.abs(x);
  if (size <= 8) return chebyshevSum(I0E_SMALL, size / 4 - 1);
  return chebyshevSum(I0E_LARGE, 16 / size - 1) / Math.sqrt(size);
}

/** e^{-|x|} I₁(x), odd; ±0 at ±∞, NaN at NaN. */
export function besselI1e(x: number): number {
  const size = Math.abs(x);
  if (size <= 8) return x * chebyshevSum(I1E_SMALL, size / 4 - 1);
  const value = chebyshevSum(I1E_LARGE, 16 / size - 1) / Math.sqrt(size);
  return x < 0 ? -value : value;
}

/** The series of `besselI0e` and `besselI1e` for a whole vector. */
function sums(
  x: Float64Array,
  out: Float64Array,
  [small, large]: readonly [ChebyshevSeries, ChebyshevSeries],
  chebyshevSums: ChebyshevSums,
): void {
  for (let from = 0; from < x.length; ) {
    const to = endOfRun(x, from, 8);
    if (Math.abs(x[from]!) <= 8) {
      for (let i = from; i < to; i++) out[i] = Math.abs(x[i]!) / 4 - 1;
      chebyshevSums(small, out, from, to);
    } else {
      for (let i = from; i < to; i++) out[i] = 16 / Math.abs(x[i]!) - 1;
      chebyshevSums(large, out, from, to);
      for (let i = from; i < to; i++) out[i] = out[i]! / Math.sqrt(Math.abs(x[i]!));
    }
    from = to;
  }
}

/** `besselI0e` of each, to the bit, but several times as fast. */
export function besselI0eOfAll(x: Float64Array, out: Float64Array, chebyshevSums: ChebyshevSums): void {
  sums(x, out, [I0E_SMALL, I0E_LARGE], chebyshevSums);
}

/** `besselI1e` of each, to the bit, but several times as fast. */
export function besselI1eOfAll(x: Float64Array, out: Float64Array, chebyshevSums: ChebyshevSums): void {
  sums(x, out, [I1E_SMALL, I1E_LARGE], chebyshevSums);
  for (let i = 0; i < x.length; i++) {
    const value = x[i]!;
    if (Math.abs(value) <= 8) out[i] = value * out[i]!;
    else if (value < 0) out[i] = -out[i]!;
  }
}
