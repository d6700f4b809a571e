import { InvalidArgumentError } from 'commander';

/** Readers of option values; commander puts the option's name before their messages. */

export const wholeNumber =
  (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`Expected a whole number ${range}.`);
  };

export function hours(text: string): number {
  const value = decimal(text);
  // A century or so: the end of a search must be a date.
  if (value !== undefined && value > 0 && value <= 1_000_000) return value;
  throw new InvalidArgumentError('Expected a number above 0, at most 1000000.');
}

const UNITS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `30m`, `8h`, `2d` → milliseconds, at most a year. */
export function duration(text: string): number {
  const [, amount = '', unit = ''] = /^([^a-z]+)([smhd])$/.exec(text) ?? [];
  const value = Math.round((decimal(amount) ?? Number.NaN) * (UNITS[unit] ?? Number.NaN));
  if (value >= 1000 && value <= 366 * 86_400_000) return value;
  throw new InvalidArgumentError('Expected a time such as 90m, 8h or 2d, from a second to a year.');
}

export function notNegative(text: string): number {
  const value = decimal(text);
  if (value !== undefined && value >= 0) return value;
  throw new InvalidArgumentError('Expected a number, 0 or more.');
}

/** An accuracy. Per cent are a frequent slip, so they are named. */
export function fraction(text: string): number {
  const value = decimal(text);
  if (value !== undefined && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError('Expected a fraction from 0 to 1 (0.913, not 91.3).');
}

/** A figure of a training: any number, or `nan` or `inf`; which one may be what, the schema of results says. */
export function figure(text: string): number {
  if (/^nan$/i.test(text)) return Number.NaN;
  if (/^[+-]?inf(inity)?$/i.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = decimal(text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError('Expected a number (a loss may be nan or inf).');
}

export function parallelism(text: string): number | 'auto' {
  if (text === 'auto') return 'auto';
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected auto or a whole number from 1 on.');
}

/** `a,b` → `['a', 'b']`. */
export function commaList(text: string): string[] {
  const items = text.split(',').map((item) => item.trim());
  if (items.every((item) => item !== '')) return items;
  throw new InvalidArgumentError('Expected names separated by commas.');
}

/** For options that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

function decimal(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
