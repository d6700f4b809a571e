/**
 * Every error that a user can cause or meet has a code here. `message` says what was wrong, where, and what to do;
 * front ends print it as one line and use `exitCode` (2: wrong usage, 1: failed) or `httpStatus`.
 */
const ERRORS = {
  EXPRESSION_INVALID: { exitCode: 2, httpStatus: 400 },
  OPERATOR_INVALID: { exitCode: 2, httpStatus: 400 },
  OPERATORS_NOT_FOUND: { exitCode: 2, httpStatus: 404 },
  OPERATORS_CHANGED: { exitCode: 1, httpStatus: 409 },
  FUNCTION_NOT_NORMALIZABLE: { exitCode: 1, httpStatus: 422 },
  USAGE: { exitCode: 2, httpStatus: 400 },
  CONFIG_INVALID: { exitCode: 2, httpStatus: 400 },
  TASK_NOT_FOUND: { exitCode: 2, httpStatus: 404 },
  TASK_INVALID: { exitCode: 1, httpStatus: 422 },
  TASK_CHANGED: { exitCode: 1, httpStatus: 409 },
  MODEL_UNSUPPORTED: { exitCode: 1, httpStatus: 422 },
  DATA_SET_UNAVAILABLE: { exitCode: 1, httpStatus: 503 },
  BACKEND_UNAVAILABLE: { exitCode: 1, httpStatus: 503 },
  KERNELS_UNAVAILABLE: { exitCode: 1, httpStatus: 500 },
  BACKEND_FAULTY: { exitCode: 1, httpStatus: 503 },
  SERVICE_UNAVAILABLE: { exitCode: 1, httpStatus: 503 },
  STUDY_NOT_FOUND: { exitCode: 1, httpStatus: 404 },
  STUDY_EXISTS: { exitCode: 1, httpStatus: 409 },
  FEATURES_INVALID: { exitCode: 1, httpStatus: 400 },
  FUNCTION_NOT_IN_STUDY: { exitCode: 1, httpStatus: 404 },
  NOTHING_TO_SUGGEST: { exitCode: 1, httpStatus: 409 },
  LEASE_LOST: { exitCode: 1, httpStatus: 409 },
  JOB_INVALID: { exitCode: 1, httpStatus: 400 },
  DOCUMENT_INVALID: { exitCode: 1, httpStatus: 500 },
  TABLE_INVALID: { exitCode: 1, httpStatus: 422 },
  COMPUTE_CRASHED: { exitCode: 1, httpStatus: 500 },
  PORT_IN_USE: { exitCode: 1, httpStatus: 500 },
  FAILED: { exitCode: 1, httpStatus: 500 },
} as const;

export type ErrorCode = keyof typeof ERRORS;

export class AquasurfError extends Error {
  override readonly name = 'AquasurfError';
  readonly exitCode: number;
  readonly httpStatus: number;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.exitCode = ERRORS[code].exitCode;
    this.httpStatus = ERRORS[code].httpStatus;
  }
}

/** The one line that a person reads, whatever was thrown. */
export function errorLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.split('\n', 1)[0] ?? text;
}
