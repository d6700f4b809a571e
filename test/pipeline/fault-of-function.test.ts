import { MongoServerError } from 'mongodb';
import { expect, it } from 'vitest';
import { ReportedError } from '../../src/compute/error-data.js';
import { isFaultOfFunction } from '../../src/consumers/handlers/fault-of-function.js';
import { AquasurfError } from '../../src/errors.js';

it('only what the compute process says, or its end, counts against a function', () => {
  expect(isFaultOfFunction(new ReportedError('no training with tanh(x)'))).toBe(true);
  expect(isFaultOfFunction(new AquasurfError('COMPUTE_CRASHED', 'the compute process ended (SIGKILL)'))).toBe(true);
  expect(isFaultOfFunction(new AquasurfError('FUNCTION_NOT_NORMALIZABLE', 'its variance is 0'))).toBe(true);

  expect(isFaultOfFunction(new AquasurfError('DATA_SET_UNAVAILABLE', 'no download'))).toBe(false);
  // Whatever a database or a queue says that nobody has heard before.
  expect(isFaultOfFunction(new MongoServerError({ code: 4711, message: 'never heard of' }))).toBe(false);
  expect(isFaultOfFunction(new Error('Missing lock for job training-a-1-g0'))).toBe(false);
  expect(isFaultOfFunction(new TypeError('x is not a function'))).toBe(false);
});
