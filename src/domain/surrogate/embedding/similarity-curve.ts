/**
 * The curve 1/(1 + a·d^(2b)) by which UMAP's layout turns distances in the plane into edge strengths
 * (arXiv 1802.03426, definition 11).
 */
export interface SimilarityCurve {
  readonly a: number;
  readonly b: number;
}

const SAMPLES = 300;
const STEPS = 200;

/**
 * a and b of least squares to 1 below `minDist` and exp(-(d - minDist)/spread) above it, at 300 distances between 0 and
 * 3·spread, by Levenberg-Marquardt from a = b = 1.
 *
 * @param minDist Distance up to which points count as touching.
 * @param spread Scale of the embedded points.
 */
export function fitSimilarityCurve(minDist: number, spread: number): SimilarityCurve {
  const distances = Float64Array.from({ length: SAMPLES }, (_, i) => (3 * spread * i) / (SAMPLES - 1));
  const targets = distances.map((d) => (d < minDist ? 1 : Math.exp(-(d - minDist) / spread)));
  const squaredError = (a: number, b: number): number =>
    distances.reduce((sum, d, i) => sum + (1 / (1 + a * d ** (2 * b)) - targets[i]!) ** 2, 0);

  let a = 1;
  let b = 1;
  let damping = 1e-3;
  let error = squaredError(a, b);
  for (let step = 0; step < STEPS; step++) {
    const [da, db] = dampedStep(distances, targets, a, b, damping);
    const next = squaredError(a + da, b + db);
    if (next < error) {
      a += da;
      b += db;
      error = next;
      damping /= 10;
    } else {
      damping *= 10;
    }
  }
  return { a, b };
}

/** Solves (JᵀJ with its diagonal enlarged)·step = -Jᵀr for the two parameters. */
function dampedStep(
  distances: Float64Array,
  targets: Float64Array,
  a: number,
  b: number,
  damping: number,
): [number, number] {
  let aa = 0;
  let ab = 0;
  let bb = 0;
  let ra = 0;
  let rb = 0;
  for (const [i, d] of distances.entries()) {
    if (d === 0) continue; // The curve is 1 there whatever a and b are.
    const power = d ** (2 * b);
    const value = 1 / (1 + a * power);
    const byA = -power * value * value;
    const byB = 2 * a * Math.log(d) * byA;
    const residual = value - targets[i]!;
    aa += byA * byA;
    ab += byA * byB;
    bb += byB * byB;
    ra += byA * residual;
    rb += byB * residual;
  }
  aa *= 1 + damping;
  bb *= 1 + damping;
  const determinant = aa * bb - ab * ab;
  return [(ab * rb - bb * ra) / determinant, (ab * ra - aa * rb) / determinant];
}
