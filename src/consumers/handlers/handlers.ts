import { JOB_NAMES } from '../../queues/jobs.js';
import { handleFisherEigenvalues } from './fisher-eigenvalues.js';
import type { Handlers } from './handler.js';
import { handleOutputFeatures } from './output-features.js';
import { handleRetraining } from './retraining.js';
import { handleSchemaExpansion } from './schema-expansion.js';
import { handleSurrogate } from './surrogate.js';
import { handleTraining } from './training.js';

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
