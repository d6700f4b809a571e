import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Expression, formatExpression } from '../../src/domain/expression/expression.js';
import type { Tensor, Tf } from '../../src/domain/operators/types.js';
import { SeededRandom } from '../../src/domain/random/seeded-random.js';
import { loadBackend } from '../../src/nn/backend/load-backend.js';
import { evaluateTensor } from '../../src/nn/evaluate-tensor.js';
import { boundedValue } from '../support/float32-error.js';
import { randomExpression } from '../support/random-expressions.js';
import { testSize } from '../support/test-size.js';

const CASES = testSize({ small: 500, full: 10_000 });
const POINTS = 40;
/** How many times the running error bound the two may differ. */
const FACTOR = 8;
/** Bounds above this share of the value say little: such points are counted apart. */
const TIGHT = 1e-3;

let tf: Tf;
beforeAll(async () => {
  ({ tf } = await loadBackend('auto', { threads: 1 }));
});

/** float32 points in [-3, 3], where networks work, and some up to ±30. */
const points = (random: SeededRandom): Float32Array =>
  Float32Array.from({ length: POINTS }, (_, i) => (i % 5 === 0 ? 60 : 6) * (random.next() - 0.5));

// 'cpu' is tfjs in plain JavaScript, of which every backend is a subclass or a twin.
describe.each(['tensorflow', 'cpu'])('on the backend %s', (backend) => {
  beforeAll(() => tf.setBackend(backend));
  afterAll(() => tf.setBackend('tensorflow'));

  it(`numeric and tensor form of ${CASES} random expressions agree within ${FACTOR} float32 error bounds`, () => {
    const random = new SeededRandom('agreement');
    const counts = { tight: 0, loose: 0, none: 0 };
    const wrong: string[] = [];
    for (let i = 0; i < CASES && wrong.length < 10; i++) {
      const expression = randomExpression(random, 1 + random.integer(5));
      const x = points(random);
      const tensor = valuesOf(expression, x);
      for (let k = 0; k < POINTS; k++) {
        const { value, error } = boundedValue(expression, x[k]!);
        if (!Number.isFinite(error) || !Number.isFinite(value)) {
          counts.none++;
          continue;
        }
        counts[error <= TIGHT * Math.abs(value) ? 'tight' : 'loose']++;
        if (Math.abs(tensor[k]! - value) <= FACTOR * error) continue;
        wrong.push(`${formatExpression(expression)} at ${x[k]}: ${tensor[k]}, not ${value} ± ${error}`);
        break;
      }
    }
    expect(wrong).toEqual([]);
    expect(counts.tight).toBeGreaterThan(0.6 * CASES * POINTS);
    console.log(`${backend}: ${CASES} expressions at ${POINTS} points:`, counts);
  }, 600_000);
});

function valuesOf(expression: Expression, x: Float32Array): Float32Array {
  const result: Tensor = tf.tidy(() => tf.clone(evaluateTensor(tf, expression, tf.tensor1d(x))));
  const values = result.dataSync<'float32'>();
  result.dispose();
  return values;
}
