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
  JOB_INVALID: 1,
  DOCUMENT_INVALID: 1,
  TABLE_INVALID: 1,
  COMPUTE_CRASHED: 1,
  PORT_IN_USE: 1,
  FAILED: 1,
} as const;

export type ErrorCode = keyof typeof EXIT_CODES;

export class AquasurfError extends Error {
  override readonly name = 'AquasurfError';
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

/** The one line that a person reads, whatever was thrown. */
export function errorLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.split('\n', 1)[0] ?? text;
}

/** What is thrown where a file that a person named cannot be written. */
export const unwritable = (file: string, cause: unknown): AquasurfError =>
  new AquasurfError('FAILED', `cannot write ${file}: ${errorLine(cause)}; name a file in a folder that exists`, {
    cause,
  });
