import { z } from 'zod';
import type { TrialResult } from '../domain/trial.js';
import { shown } from './checked.js';

/** `91.3` is a slip of people who think in per cent. */
function accuracyFault(value: unknown): string {
  const expected = `${shown(value)}; expected a fraction from 0 to 1`;
  const share =
    typeof value === 'number' && value > 1 && value <= 100 ? Number((value / 100).toPrecision(12)) : undefined;
  return share === undefined ? expected : `${expected}: did you mean ${share}?`;
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

/** A share of the examples. */
export const accuracy = z.custom<number>((value) => isNumber(value) && value >= 0 && value <= 1, {
  error: ({ input }) => accuracyFault(input),
});
/** NaN and the infinities are the losses of trainings that diverged. */
export const loss = z.custom<number>(isNumber, {
  error: ({ input }) => `${shown(input)}; expected a number, NaN where the training diverged`,
});
const seconds = z.custom<number>((value) => isNumber(value) && value >= 0 && Number.isFinite(value), {
  error: ({ input }) => `${shown(input)}; expected seconds, 0 or more`,
});
export const seed = z.custom<number>(
  (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 32,
  {
    error: ({ input }) => `${shown(input)}; expected a whole number from 0 to ${2 ** 32 - 1}`,
  },
);

/** The figures of one training, from wherever they come; null or absent: not measured. */
const figures = {
  valAcc: accuracy.nullish(),
  valLoss: loss.nullish(),
  testAcc: accuracy.nullish(),
  testLoss: loss.nullish(),
  trainAcc: accuracy.nullish(),
  trainLoss: loss.nullish(),
  runtime: seconds.nullish(),
} satisfies Record<keyof TrialResult, z.ZodType>;

/** A result from outside: of `report`, of a file, of an HTTP request. */
export const resultSchema = z.strictObject(
  { ...figures, seed: seed.optional() },
  {
    error: ({ code, input }) =>
      code === 'invalid_type' ? `${shown(input)} is no result; give an object such as { valAcc: 0.913 }` : undefined,
  },
);
