import { describe, expect, it } from 'vitest';
import { parseExpression } from '../../../src/domain/expression/expression.js';
import { evaluate } from '../../../src/domain/features/evaluate.js';
import { OUTPUT_INPUTS } from '../../../src/domain/features/output-features.js';
import { STANDARD_OPERATORS } from '../../../src/domain/operators/index.js';
import { orient } from '../../../src/domain/surrogate/orientation.js';

const valuesOf = (name: string) => evaluate(parseExpression(name), OUTPUT_INPUTS, STANDARD_OPERATORS);
/** Root of the mean square. */
const size = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
const distance = (a: Float64Array, b: Float64Array) => size(a.map((value, i) => value - b[i]!));

describe('the orientation of a function', () => {
  it.each([
    ['selu(x)', 'selu(negative(x))', 'negative(selu(x))', 'negative(selu(negative(x)))'],
    ['sigmoid(x)', 'sigmoid(negative(x))', 'negative(sigmoid(x))', 'negative(sigmoid(negative(x)))'],
    ['max(tanh(x),square(x))', 'max(tanh(negative(x)),square(x))', 'min(tanh(negative(x)),negative(square(x)))'],
    ['bessel_i0e(x)', 'negative(bessel_i0e(x))'],
    ['sinh(x)', 'sinh(negative(x))'],
  ])('is one for %s and its mirror images', (name, ...images) => {
    const oriented = orient(valuesOf(name));
    // f(-x) is interpolated.
    for (const image of images) expect(distance(oriented, orient(valuesOf(image)))).toBeLessThan(0.02 * size(oriented));
  });

  it('leaves what goes with x and is positive in the mean as it is', () => {
    for (const name of ['relu(x)', 'elu(x)', 'softplus(x)', 'square(x)', 'tanh(x)', 'swish(x)']) {
      const values = valuesOf(name);
      expect(distance(orient(values), values)).toBeLessThan(0.02 * size(values));
    }
  });

  it('keeps different functions apart', () => {
    const names = ['relu(x)', 'tanh(x)', 'square(x)', 'softplus(x)', 'abs(x)', 'bessel_i0e(x)', 'exp(x)'];
    const all = names.map((name) => orient(valuesOf(name)));
    for (const [i, a] of all.entries()) {
      for (const b of all.slice(i + 1)) expect(distance(a, b)).toBeGreaterThan(0.1);
    }
  });
});
