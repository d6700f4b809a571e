import { AquasurfError, type ErrorCode } from '../../errors.js';

/** Errors with a code that a function can cause; an error without one comes from the user's model or from TensorFlow. */
const CAUSED_BY_FUNCTION: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['FUNCTION_NOT_NORMALIZABLE', 'COMPUTE_CRASHED']);

/**
 * Whether an error counts against the function that was being computed. Others (no backend, a changed task, a model that
 * is not supported, a data set that cannot be had) say something about the machine or the task: the work stays owed.
 */
export const isFaultOfFunction = (error: unknown): boolean =>
  !(error instanceof AquasurfError) || CAUSED_BY_FUNCTION.has(error.code);
