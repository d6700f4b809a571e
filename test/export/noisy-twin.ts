import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { exportFunction } from '../../src/export/export-function.js';
import { importTypescript } from './typescript-module.js';

/** What a computation in a precision may give at a point: the exact result, and how far from it rounding may lead. */
export interface Expected {
  exact: number;
  /** Infinity where rounding can lead anywhere: nothing can be said. */
  tolerance: number;
}

/** What is expected of a function at a point. */
export interface ExpectedPoint {
  value: Expected;
  derivative: Expected;
}

/**
 * The points at which values or gradients are further off than rounding explains. Gradients count where the value is
 * finite and the chain rule does not meet 0·∞: elsewhere they depend on the order in which factors are multiplied.
 */
export function wrongPoints(
  x: readonly number[],
  expected: readonly ExpectedPoint[],
  actual: { values: ArrayLike<number>; gradients: ArrayLike<number> },
) {
  const isNear = (a: number, { exact, tolerance }: Expected): boolean =>
    Object.is(a + 0, exact + 0) || tolerance === Infinity || Math.abs(a - exact) <= tolerance;
  return expected.flatMap(({ value, derivative }, i) => {
    const at = { x: x[i]!, value: actual.values[i]!, gradient: actual.gradients[i]! };
    const comparable = Number.isFinite(Math.fround(value.exact)) && !Number.isNaN(derivative.exact);
    const fine = isNear(at.value, value) && (!comparable || isNear(at.gradient, derivative));
    return fine ? [] : [{ ...at, expected: { value, derivative } }];
  });
}

/** Units in the last place that an operator of a framework may err by. */
const UNITS = 8;
const TRIALS = 12;
const PRECISIONS = { float32: 2 ** -24, float64: 2 ** -53 };
const LARGEST = { float32: 3.4028234663852886e38, float64: Number.MAX_VALUE };
const SMALLEST = { float32: 2 ** -126, float64: 2 ** -1022 };

/**
 * Values and derivatives of a function, with tolerances by Monte Carlo arithmetic (Parker 1997): the exported TypeScript
 * is run with every step disturbed by up to 8 units in the last place; slopes, which frameworks form with cancellation
 * (1 - tanh² for tanh'), by 8 units of 1. The tolerance is eight times the largest deviation seen.
 */
export async function expectations(
  fn: string,
  x: readonly number[],
  precision: 'float32' | 'float64',
  normalize = false,
): Promise<ExpectedPoint[]> {
  const { code, name } = exportFunction(fn, { to: 'typescript', normalize });
  const exact = await importTypescript(code, name);
  const unit = PRECISIONS[precision];
  const noisy = await importTypescript(disturbed(code), name);
  const random = new SeededRandom(`noise of ${fn}`);
  const noise = (): number => (2 * random.next() - 1) * UNITS * unit;
  const rounded = (value: number): number => {
    if (Math.abs(value) > LARGEST[precision]) return Math.sign(value) * Infinity;
    return Math.abs(value) < SMALLEST[precision] ? 0 * value : value;
  };
  const globals = globalThis as { disturb?: (value: number, scale: number) => number };
  globals.disturb = (value, scale) => {
    // 0, 1 and what is computed from them are exact.
    if (Number.isInteger(value) && Math.abs(value) < 16 && scale === 0) return value;
    const moved = rounded(value * (1 + noise()));
    return scale === 0 ? moved : moved + scale * noise();
  };
  try {
    const expected = (f: (x: number) => number, g: (x: number) => number, at: number): Expected => {
      const value = f(at);
      const trials = Array.from({ length: TRIALS }, () => g(at));
      if (!Number.isFinite(value))
        return { exact: value, tolerance: trials.every((t) => Object.is(t, value)) ? 0 : Infinity };
      const deviation = trials.reduce((most, t) => Math.max(most, Math.abs(t - value)), 0);
      const base = UNITS * unit * Math.abs(value) + SMALLEST[precision];
      // All digits may be lost: 1 + erf(-6) is 0 in float32.
      const lost = !Number.isFinite(deviation) || (deviation > Math.abs(value) / 8 && Math.abs(value) > 1);
      return { exact: value, tolerance: lost ? Infinity : 8 * deviation + base };
    };
    return x.map((at) => ({
      value: expected(exact.value, noisy.value, at),
      derivative: expected(exact.derivative, noisy.derivative, at),
    }));
  } finally {
    delete globals.disturb;
  }
}

/** The code with every step, and every result, passed through `disturb(value, scale of an absolute error)`. */
function disturbed(code: string): string {
  const [helpers = '', value = '', derivative = ''] = code.split(/^(?=export function )/m);
  const body = (text: string, isDerivative: boolean): string =>
    text.replace(/^ {2}(const [td]\d+ =|return) (.*);$/gm, (line, start: string, expression: string) => {
      if (/^(x|t\d+|d\d+)$/.test(expression)) return line;
      const isSlope = start.startsWith('const d') || (start === 'return' && isDerivative);
      return `  ${start} disturb(${expression}, ${isSlope ? slopeScale(expression) : valueScale(expression)});`;
    });
  const declared = 'declare const disturb: (value: number, scale: number) => number;\n';
  return `${declared}${helpers}${body(value, false)}${body(derivative, true)}`;
}

/** gelu is ½x(1 + erf), which cancels on the left. */
function valueScale(expression: string): string {
  const cancelling = /^0\.5 \* (\w+) \* \(1 \+ erf/.exec(expression);
  return cancelling ? `Math.abs(${cancelling[1]})` : '0';
}

/** A slope times derivatives: the largest of these, or 1 where they are all 1. */
function slopeScale(expression: string): string {
  const factors = new Set(expression.match(/\bd\d+\b/g) ?? []);
  return factors.size === 0 ? '1' : `Math.max(${[...factors].map((name) => `Math.abs(${name})`).join(', ')})`;
}
