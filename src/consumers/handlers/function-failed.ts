/**
 * What a handler throws where the function of its job failed and that is recorded with the function: the job is tried
 * again, and the stage works.
 */
export class FunctionFailed extends Error {
  override readonly name = 'FunctionFailed';
}
