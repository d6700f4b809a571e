import { OUTPUT_INPUTS } from '../features/output-features.js';

/** Where on the line through two samples a third one lies: at `low` for share 0, at `high` for share 1. */
interface Between {
  low: number;
  high: number;
  share: number;
}

/** -x for each sample x. */
const MIRRORED = Array.from(OUTPUT_INPUTS, betweenSamples(OUTPUT_INPUTS));

/**
 * Turns a function so that f(x), f(-x), -f(x) and -f(-x) look alike, for a network hardly tells them apart: initial
 * weights are as likely as their negatives, so that what comes before takes up the sign of x and what comes after that
 * of f, unless something between sees it (a maximum over the values, as in pooling). The odd part gets the sign that makes
 * it go with x over the samples, the even part that of a positive mean; f(-x) is interpolated between samples, and beyond
 * the last one the line through the last two goes on.
 * @param values of f on the samples of output features, finite
 */
export function orient(values: Float64Array): Float64Array {
  const mirrored = Float64Array.from(MIRRORED, ({ low, high, share }) => {
    return (1 - share) * values[low]! + share * values[high]!;
  });
  let [odd, even] = [0, 0];
  for (const [i, x] of OUTPUT_INPUTS.entries()) {
    odd += x * (values[i]! - mirrored[i]!);
    even += values[i]! + mirrored[i]!;
  }
  const [oddSign, evenSign] = [odd < 0 ? -1 : 1, even < 0 ? -1 : 1];
  return values.map((value, i) => {
    return (oddSign * (value - mirrored[i]!) + evenSign * (value + mirrored[i]!)) / 2;
  });
}

function betweenSamples(samples: Float64Array): (x: number) => Between {
  const order = [...samples.keys()].sort((a, b) => samples[a]! - samples[b]!);
  return (x) => {
    const found = order.findIndex((i) => samples[i]! >= -x);
    const next = Math.max(1, found === -1 ? order.length - 1 : found);
    const [low, high] = [order[next - 1]!, order[next]!];
    const width = samples[high]! - samples[low]!;
    return { low, high, share: width > 0 ? (-x - samples[low]!) / width : 0 };
  };
}
