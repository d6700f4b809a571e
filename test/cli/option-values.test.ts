import { describe, expect, it } from 'vitest';
import {
  commaList,
  duration,
  figure,
  fraction,
  hours,
  notNegative,
  parallelism,
  wholeNumber,
} from '../../src/cli/option-values.js';

const refused = (read: (text: string) => unknown, texts: string[]) => {
  for (const text of texts) expect(() => read(text), text).toThrow(/Expected/);
};

describe('option values', () => {
  it('whole numbers keep to their range and their form', () => {
    const port = wholeNumber(0, 65_535);
    expect([port('0'), port('65535')]).toEqual([0, 65_535]);
    refused(port, ['65536', '-1', '1.5', '1e3', '0x10', '', ' 1', 'NaN', '9'.repeat(400)]);
  });

  it('accuracies are fractions', () => {
    expect(['0', '1', '0.913', '.5', '9.13e-1'].map(fraction)).toEqual([0, 1, 0.913, 0.5, 0.913]);
    refused(fraction, ['91.3', '-0.1', 'nan', '', '0,9', '0.9x']);
  });

  it('figures may be those of a diverged training', () => {
    expect(['0.25', '-1e3', 'nan', 'NaN', 'inf', '-Infinity'].map(figure)).toEqual([
      ...[0.25, -1000, Number.NaN, Number.NaN],
      ...[Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ]);
    refused(figure, ['', 'none', '1..2']);
  });

  it('durations are not negative, hours not zero', () => {
    expect([notNegative('0'), hours('0.5')]).toEqual([0, 0.5]);
    refused(notNegative, ['-1', 'x']);
    refused(hours, ['0', '-1', '1e300', 'nan']);
  });

  it('leases are times with a unit', () => {
    expect(['90s', '30m', '8h', '1.5h', '2d'].map(duration)).toEqual([
      90_000, 1_800_000, 28_800_000, 5_400_000, 172_800_000,
    ]);
    refused(duration, ['', '8', 'h', '0h', '-1h', '8 hours', '1e9d', '0.1s']);
  });

  it('parallelism is auto or a count', () => {
    expect([parallelism('auto'), parallelism('4')]).toEqual(['auto', 4]);
    refused(parallelism, ['0', '-1', '1.5', 'Auto', '']);
  });

  it('lists are separated by commas', () => {
    expect(commaList('a, b')).toEqual(['a', 'b']);
    refused(commaList, ['', 'a,,b', ',']);
  });
});
