import { ReportedError } from '../../compute/error-data.js';
import { AquasurfError, type ErrorCode } from '../../errors.js';

/** Errors with a code that a function can cause; one without a code comes from the user's model or from TensorFlow. */
const CAUSED_BY_FUNCTION: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['FUNCTION_NOT_NORMALIZABLE', 'COMPUTE_CRASHED']);

/**
 * Whether an error counts against the function that was being computed: only what the compute process says about it, or
 * its end, does. All others (no backend, a changed task, a model that is not supported, a data set that cannot be had, and
 * whatever database, queue or this process itself met) say something about the machine or the task: the work stays owed.
 */
export const isFaultOfFunction = (error: unknown): boolean =>
  error instanceof ReportedError || (error instanceof AquasurfError && CAUSED_BY_FUNCTION.has(error.code));
