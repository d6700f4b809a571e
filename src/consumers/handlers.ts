import { JOB_NAMES } from '../queues/jobs.js';
import { handleFisherEigenvalues } from './handle-fisher-eigenvalues.js';
import { handleOutputFeatures } from './handle-output-features.js';
import { handleRetraining } from './handle-retraining.js';
import { handleSchemaExpansion } from './handle-schema-expansion.js';
import { handleSurrogate } from './handle-surrogate.js';
import { handleTraining } from './handle-training.js';
import type { Handlers } from './handler.js';

/** One handler for each job of the table; the type makes a missing one a compile-time error. */
export const HANDLERS: Handlers = {
  'schema-expansion': handleSchemaExpansion,
  'output-features': handleOutputFeatures,
  'fisher-eigenvalues': handleFisherEigenvalues,
  surrogate: handleSurrogate,
  training: handleTraining,
  retraining: handleRetraining,
};

/** At start-up, for code that types do not reach: a consumer without a handler would fail each of its jobs. */
export function checkHandlers(handlers: Partial<Handlers>): asserts handlers is Handlers {
  const missing = JOB_NAMES.filter((name) => typeof handlers[name] !== 'function');
  if (missing.length > 0) throw new Error(`no handler for ${missing.join(', ')}`);
}
