import { describe, expect, it } from 'vitest';
import { slopeStatistics } from '../../src/domain/analysis/slope-statistics.js';
import { parseExpression } from '../../src/domain/expression/expression.js';
import { outputSamples } from '../../src/domain/features/samples.js';

const of = (text: string) => slopeStatistics(parseExpression(text));
const share = (holds: (x: number) => boolean): number => outputSamples().filter(holds).length / 1000;

describe('slopeStatistics', () => {
  it('of relu: saturated on the left, monotone', () => {
    const left = share((x) => x <= 0);
    expect(of('relu(x)')).toEqual({
      saturated: left,
      negative: 0,
      notFinite: 0,
      rms: Math.sqrt(1 - left),
      monotone: 'increasing',
    });
  });

  it('of swish: negative slopes beyond its minimum at -1.278', () => {
    const { negative, monotone } = of('swish(x)');
    expect(negative).toBe(share((x) => x < -1.2784645));
    expect(monotone).toBe('neither');
  });

  it('of hard_sigmoid: saturated beyond ±2.5', () => {
    expect(of('hard_sigmoid(x)').saturated).toBe(share((x) => Math.abs(x) >= 2.5));
  });

  it.each([
    ['zero(x)', 'constant'],
    ['negative(tanh(x))', 'decreasing'],
    ['max(x,tanh(x))', 'increasing'],
    ['square(x)', 'neither'],
    ['reciprocal(x)', null],
    // The exact value is 1; its rounding is no slope.
    ['sub(exp(x),expm1(x))', 'constant'],
    ['add(x,erfc(square(x)))', 'neither'],
  ])('%s is %s', (text, expected) => {
    expect(of(text).monotone).toBe(expected);
  });

  it('counts slopes that are not finite', () => {
    expect(of('pow(x,softplus(x))')).toMatchObject({ notFinite: share((x) => x < 0), monotone: null });
    expect(of('exp(div(x,zero(x)))').rms).toBeNull();
  });
});
