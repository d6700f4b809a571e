import { AquasurfError, type ErrorCode, errorText } from '../errors.js';
import { plainText } from '../plain-text.js';

/** Errors cross as data: class instances do not survive, and what user code throws may be anything. */
export interface ErrorData {
  message: string;
  code: ErrorCode | undefined;
  stack: string | undefined;
}

/** Characters of a stack that cross. */
const LONGEST_STACK = 8000;

/** Never throws, whatever was thrown. */
export function describeError(error: unknown): ErrorData {
  const code = error instanceof AquasurfError ? error.code : undefined;
  return { message: errorText(error), code, stack: stackOf(error) };
}

function stackOf(error: unknown): string | undefined {
  try {
    const stack = (error as Partial<Error> | null | undefined)?.stack;
    return typeof stack === 'string' ? plainText(stack, LONGEST_STACK, true) : undefined;
  } catch {
    return undefined;
  }
}

/** What the compute process reports that has no code of ours: a user's module, TensorFlow or a function caused it. */
export class ReportedError extends Error {
  override readonly name = 'ReportedError';
}

export function reviveError({ code, message, stack }: ErrorData): Error {
  const error = code ? new AquasurfError(code, message) : new ReportedError(message);
  if (stack) error.stack = stack;
  return error;
}
