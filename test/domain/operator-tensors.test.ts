import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_OPERATORS } from '../../src/domain/operators/index.js';
import { erfc } from '../../src/domain/operators/tensor/special-functions.js';
import type { Tensor, Tf } from '../../src/domain/operators/types.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { testSize } from '../support/test-size.js';

const COUNT = testSize({ small: 300, full: 20_000 });
/** Points nearer than this to a place without derivative are moved away from it. */
const MARGIN = 1e-2;
const KINKS: Record<string, number[]> = { hard_sigmoid: [-2.5, 2.5] };

let tf: Tf;
beforeAll(async () => {
  ({ tf } = await loadBackend('auto', { threads: 1 }));
});

/** float32 points in [-6, 6], and the small and the large ones, away from kinks. */
function points(name: string, seed: string): Float32Array {
  const random = new SeededRandom(seed);
  const spread = Array.from({ length: COUNT }, () => 12 * random.next() - 6);
  const all = [...spread, 1e-3, -1e-3, 0.02, -0.02, 8, -8, 9, -9, 12, -12, 30, -30, 80, -80];
  const avoided = [0, ...(KINKS[name] ?? [])];
  return Float32Array.from(all, (x) => (avoided.some((kink) => Math.abs(x - kink) < MARGIN) ? x + 2 * MARGIN : x));
}

/** f' by central differences in float64, with one step of Richardson's extrapolation: error O(h⁴). */
function derivative(f: (x: number) => number, x: number): number {
  const central = (h: number): number => (f(x + h) - f(x - h)) / (2 * h);
  // Small beside the distance from the pole of 1/x.
  const h = 1e-3 * Math.min(1 + Math.abs(x) / 10, Math.abs(x) * 10 + 1e-3);
  return (4 * central(h / 2) - central(h)) / 3;
}

/** Relative for large numbers, absolute below 1, as suits float32. Overflow to ±∞ counts as the same. */
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, x: ArrayLike<number>, tolerance: number) {
  const wrong = Array.from(actual, (value, i) => ({
    x: x[i],
    actual: value,
    expected: Math.fround(expected[i]!),
  })).filter(({ actual, expected }) => !Object.is(actual + 0, expected + 0) && !near(actual, expected, tolerance));
  expect(wrong).toEqual([]);
}

const near = (a: number, b: number, tolerance: number): boolean =>
  Math.abs(a - b) <= tolerance * Math.max(1, Math.min(Math.abs(a), Math.abs(b)));

const read = (compute: () => Tensor): Float32Array => {
  const result = tf.tidy(compute);
  const values = result.dataSync<'float32'>();
  result.dispose();
  return values;
};

// 'cpu' is tfjs in plain JavaScript: it shows that the compositions need no TensorFlow.
describe.each(['tensorflow', 'cpu'])('on the backend %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));
  afterAll(() => tf.setBackend('tensorflow'));

  describe.each(ALL_OPERATORS.unary)('$name', ({ name, evaluate, tensor }) => {
    it('has the values of its numeric form', () => {
      const x = points(name, `values of ${name}`);
      expectClose(
        read(() => tensor(tf, tf.tensor1d(x))),
        x.map(evaluate),
        x,
        1e-6,
      );
    });

    it('has the gradient of its numeric form', () => {
      const x = points(name, `gradient of ${name}`);
      const gradient = read(() => tf.grad((t: Tensor) => tensor(tf, t))(tf.tensor1d(x)));
      const expected = Float64Array.from(x, (value) => derivative(evaluate, value));
      // float32's tanh is 1 from about 8 on, where mish still changes by 3e-6.
      expectClose(gradient, expected, x, 5e-6);
    });

    it('passes the incoming gradient on as a factor, and leaves no tensor behind', () => {
      const before = tf.memory().numTensors;
      tf.tidy(() => {
        const x = tf.tensor2d([[0.7, -1.3]]);
        const once = tf.grad((t: Tensor) => tensor(tf, t))(x);
        const thrice = tf.grad((t: Tensor) => tf.mul(3, tensor(tf, t)))(x);
        expect(thrice.shape).toEqual([1, 2]);
        const expected = tf.mul(3, once).dataSync();
        expectClose(thrice.dataSync(), expected, [0.7, -1.3], 1e-6);
      });
      expect(tf.memory().numTensors).toBe(before);
    });
  });

  describe.each(ALL_OPERATORS.binary)('$name', ({ name, evaluate, tensor }) => {
    const random = new SeededRandom(`arguments of ${name}`);
    // pow of a negative base is NaN but for whole exponents.
    const a = Float32Array.from({ length: COUNT }, () => (name === 'pow' ? 0.1 : -3) + 3 * random.next());
    const b = Float32Array.from({ length: COUNT }, () => 6 * random.next() - 3.0001);
    const pairs = (f: (a: number, b: number) => number): Float64Array =>
      Float64Array.from(a, (value, i) => f(value, b[i]!));

    it('has the values of its numeric form', () => {
      expectClose(
        read(() => tensor(tf, tf.tensor1d(a), tf.tensor1d(b))),
        pairs(evaluate),
        a,
        3e-6,
      );
    });

    it('has the gradients of its numeric form', () => {
      const [byA, byB] = tf.tidy(() =>
        tf.grads((s: Tensor, t: Tensor) => tensor(tf, s, t))([tf.tensor1d(a), tf.tensor1d(b)]),
      );
      const safe = pairs((s, t) => (Math.abs(s - t) < MARGIN || Math.abs(t) < MARGIN ? 0 : 1));
      const only = (values: ArrayLike<number>): Float64Array => safe.map((keep, i) => (keep ? values[i]! : 0));
      const expectedA = pairs((s, t) => derivative((v) => evaluate(v, t), s));
      const expectedB = pairs((s, t) => derivative((v) => evaluate(s, v), t));
      expectClose(only(byA!.dataSync()), only(expectedA), a, 1e-4);
      expectClose(only(byB!.dataSync()), only(expectedB), b, 1e-4);
      tf.dispose([byA!, byB!]);
    });

    it('has gradients where an operand broadcasts', () => {
      tf.tidy(() => {
        const row = tf.tensor2d([[1.5, 2.5, 0.5]]);
        const column = tf.tensor2d([[1], [2]]);
        const [byRow, byColumn] = tf.grads((s: Tensor, t: Tensor) => tensor(tf, s, t))([row, column]);
        expect([byRow!.shape, byColumn!.shape]).toEqual([
          [1, 3],
          [2, 1],
        ]);
      });
    });

    it('has gradients where both operands are the same tensor', () => {
      const x = Float32Array.of(0.3, 0.9, 1.7, 2.2);
      const gradient = read(() => tf.grad((t: Tensor) => tensor(tf, t, t))(tf.tensor1d(x)));
      const expected = Float64Array.from(x, (value) => derivative((v) => evaluate(v, v), value));
      expectClose(gradient, expected, x, 1e-5);
    });
  });

  describe.each(ALL_OPERATORS.nary)('$name', ({ name, evaluate, tensor }) => {
    it.each([1, 2, 3, 5])('of %i arguments has values and gradients of its numeric form', (count) => {
      const random = new SeededRandom(`arguments of ${name}`);
      const args = Array.from({ length: count }, () => Float32Array.from({ length: 50 }, () => 4 * random.next() - 2));
      const at = (i: number): number[] => args.map((arg) => arg[i]!);
      const index = args[0]!.map((_, i) => i);
      tf.tidy(() => {
        const tensors = args.map((arg) => tf.tensor1d(arg));
        const value = tensor(tf, tensors);
        expectClose(
          value.dataSync(),
          index.map((i) => evaluate(at(i))),
          index,
          1e-6,
        );
        const gradients = tf.grads((...of: Tensor[]) => tensor(tf, of))(tensors);
        gradients.forEach((gradient, k) => {
          const expected = index.map((i) => derivative((v) => evaluate(at(i).with(k, v)), args[k]![i]!));
          // At a tie of max and min there is no derivative.
          const apart = index.map((i) =>
            at(i).every((v, j) => j === k || Math.abs(v - args[k]![i]!) > MARGIN) ? 1 : 0,
          );
          const masked = gradient.dataSync<'float32'>().map((v, i) => v * apart[i]!);
          expectClose(
            masked,
            expected.map((v, i) => v * apart[i]!),
            index,
            1e-4,
          );
        });
      });
    });
  });

  it.each([
    ['zero', 0, 0],
    ['one', 1, 0],
  ])('%s is constant for NaN and infinity, with gradient 0', (name, value, slope) => {
    const { tensor } = ALL_OPERATORS.unary.find((operator) => operator.name === name)!;
    const x = [Number.NaN, Infinity, -Infinity, 2];
    expect([...read(() => tensor(tf, tf.tensor1d(x)))]).toEqual(x.map(() => value));
    expect([...read(() => tf.grad((t: Tensor) => tensor(tf, t))(tf.tensor1d(x)))]).toEqual(x.map(() => slope));
  });

  it.each([
    ['abs', 0],
    ['relu', 0],
    ['elu', 1],
    ['bessel_i0e', -0],
    ['bessel_i1e', 0.5],
    ['erfc', -2 / Math.sqrt(Math.PI)],
    ['softsign', 1],
    ['gelu', 0.5],
    ['swish', 0.5],
    ['mish', 0.6],
  ])('%s has the derivative %d at 0, where pre-activations of blank images lie', (name, expected) => {
    const { tensor } = ALL_OPERATORS.unary.find((operator) => operator.name === name)!;
    const [gradient] = read(() => tf.grad((t: Tensor) => tensor(tf, t))(tf.tensor1d([0])));
    expect(gradient).toBeCloseTo(expected, 6);
  });

  it('pow has the gradient 0 by a base of 0 with exponent 0, and NaN only where the function is not real', () => {
    const { tensor } = ALL_OPERATORS.binary.find(({ name }) => name === 'pow')!;
    tf.tidy(() => {
      const base = tf.tensor1d([0, 0, -2, 1]);
      const exponent = tf.tensor1d([0, 2, 3, 5]);
      const [byBase, byExponent] = tf.grads((a: Tensor, b: Tensor) => tensor(tf, a, b))([base, exponent]);
      expectClose(byBase!.dataSync(), [0, 0, 12, 5], base.dataSync(), 1e-5);
      expectClose(byExponent!.dataSync(), [0, 0, 0, 0], exponent.dataSync(), 1e-5);
    });
  });

  it('erfc keeps its relative precision in the tail', () => {
    const x = Float32Array.from({ length: 80 }, (_, i) => 1 + i / 10);
    const exact = ALL_OPERATORS.unary.find(({ name }) => name === 'erfc')!.evaluate;
    const ratio = read(() => erfc(tf, tf.tensor1d(x))).map((value, i) => value / exact(x[i]!));
    expectClose(
      ratio,
      ratio.map(() => 1),
      x,
      5e-6,
    );
  });
});
