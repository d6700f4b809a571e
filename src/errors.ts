import { inspect } from 'node:util';
import { plainText } from './plain-text.js';

/**
 * Every error that a user can cause or meet has a code here, with the exit code of a command that it ends: 2 for wrong
 * usage, 1 for what failed. `message` says what was wrong, where, and what to do, in one line.
 */
const EXIT_CODES = {
  EXPRESSION_INVALID: 2,
  OPERATOR_INVALID: 2,
  OPERATORS_NOT_FOUND: 2,
  OPERATORS_CHANGED: 1,
  FUNCTION_NOT_NORMALIZABLE: 1,
  USAGE: 2,
  CONFIG_INVALID: 2,
  TASK_NOT_FOUND: 2,
  TASK_INVALID: 1,
  TASK_CHANGED: 1,
  MODEL_UNSUPPORTED: 1,
  DATA_SET_UNAVAILABLE: 1,
  BACKEND_UNAVAILABLE: 1,
  KERNELS_UNAVAILABLE: 1,
  BACKEND_FAULTY: 1,
  SERVICE_UNAVAILABLE: 1,
  STUDY_NOT_FOUND: 1,
  STUDY_EXISTS: 1,
  FEATURES_INVALID: 1,
  FUNCTION_NOT_IN_STUDY: 1,
  NOTHING_TO_SUGGEST: 1,
  LEASE_LOST: 1,
  RESULT_EXISTS: 1,
  RESULT_NOT_FOUND: 1,
  CLOSED: 1,
  JOB_INVALID: 1,
  DOCUMENT_INVALID: 1,
  TABLE_INVALID: 1,
  COMPUTE_CRASHED: 1,
  PORT_IN_USE: 1,
  FAILED: 1,
} as const;

export type ErrorCode = keyof typeof EXIT_CODES;

export class AquasurfError extends Error {
  override readonly name: string = 'AquasurfError';
  readonly exitCode: number;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.exitCode = EXIT_CODES[code];
  }
}

/** Characters of an error that are shown and stored: some carry whole files. */
const LONGEST_LINE = 2000;
const LONGEST_TEXT = 4000;

/** The one line that a person reads, whatever was thrown. */
export function errorLine(error: unknown): string {
  const line = messageOf(error).match(/\S.*/)?.[0] ?? 'an error without a message';
  return plainText(line, LONGEST_LINE);
}

/** All lines of the message. */
export const errorText = (error: unknown): string => plainText(messageOf(error), LONGEST_TEXT, true);

/** The native library tells its status first, and in the next line why. */
const NATIVE_STATUS = /Invalid TF_Status: (\d+)\s*\n\s*(?:Message: )?(?=\S)/g;
const messageOf = (error: unknown): string => thrownText(error).replace(NATIVE_STATUS, 'TensorFlow (status $1): ');

/** Anything can be thrown: no error at all, or one whose message is none or throws when it is read. */
function thrownText(error: unknown): string {
  try {
    if (typeof error === 'string') return error;
    if (typeof error !== 'object' || error === null) return `${String(error)} was thrown`;
    const { message, name } = error as Partial<Error>;
    if (typeof message === 'string' && message.length > 0) return message;
    // Of a name with several addresses, each of which failed.
    if (error instanceof AggregateError && error.errors.length > 0) return thrownText(error.errors[0]);
    return error instanceof Error ? String(name) : `${inspect(error, { depth: 1, customInspect: false })} was thrown`;
  } catch {
    return 'an error that cannot be read was thrown';
  }
}
