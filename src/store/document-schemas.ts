import { z } from 'zod';
import { shown } from '../checks/checked.js';
import { ACQUISITIONS, PLACES, REGRESSORS } from '../domain/surrogate/choices.js';
import { METRICS, TRIAL_STATUSES } from '../domain/trial.js';
import { AquasurfError } from '../errors.js';

/**
 * The shape of the documents that the rest of the program relies on, checked where they are read: people edit databases
 * by hand, and older versions wrote what newer ones read.
 */
const STUDY_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const hash = z.string().regex(/^[0-9a-f]{32}$/, 'expected a canonical hash of 32 hex digits');
const count = z.int().nonnegative();
const fisherSettings = z.object({
  seed: z.int(),
  batchSize: z.int().positive(),
  floor: z.number().nonnegative(),
  bins: z.int().min(2).optional(),
  uploaded: z.array(z.int().positive()).optional(),
  compat: z.literal('aquasurf').optional(),
});

export const studySchema = z.object({
  _id: z.string().regex(STUDY_NAME),
  task: z.object({ name: z.string(), sourceHash: z.string(), network: z.literal(false).optional() }),
  operators: z.string(),
  operatorSource: z.string().optional(),
  spaces: z.array(z.string()),
  baselines: z.array(hash),
  metric: z.enum(METRICS),
  direction: z.enum(['max', 'min']),
  seed: z.int(),
  fisher: fisherSettings,
  surrogate: z
    .object({ regressor: z.enum(REGRESSORS), acquisition: z.enum(ACQUISITIONS), places: z.enum(PLACES).optional() })
    .optional(),
  search: z.object({
    state: z.enum(['none', 'running', 'paused', 'stopped', 'finished']),
    trials: count,
    parallel: z.int().positive().nullable(),
    deadline: z.date().nullable(),
    patience: z.int().positive().nullable(),
    doneBefore: count,
    reason: z.string().nullable(),
    generation: count,
  }),
  embeddingGeneration: count,
  createdAt: z.date(),
});

const figure = z.number().nullable();
const aggregateResult = z.object({
  valAcc: figure,
  valLoss: figure,
  testAcc: figure,
  testLoss: figure,
  trainAcc: figure,
  trainLoss: figure,
  runtime: figure,
  runs: count,
  stderr: figure,
  revision: count.optional(),
});

export const trialSchema = z.object({
  _id: z.string(),
  study: z.string(),
  hash,
  fn: z.string().nullable(),
  status: z.enum(TRIAL_STATUSES),
  number: z.int().positive().nullable(),
  lease: z.object({ owner: z.string(), token: z.string(), expiresAt: z.date() }).nullable(),
  attempts: count,
  error: z.string().nullable(),
  fisher: z.object({
    state: z.enum(['absent', 'owed', 'defined', 'undefined', 'failed']),
    job: z.string().optional(),
    generation: count.optional(),
    settings: fisherSettings.optional(),
    reason: z.string().optional(),
    seconds: z.number().optional(),
  }),
  result: aggregateResult.nullable(),
  doneBy: z.string().nullable(),
  timings: z.object({ claimedAt: z.date().optional(), finishedAt: z.date().optional() }),
});

export const candidateSchema = trialSchema.pick({ _id: true, hash: true, fn: true });
export const finishedSchema = trialSchema.pick({ _id: true, hash: true, fn: true }).extend({
  number: z.int().positive(),
  result: aggregateResult,
});

/** @throws AquasurfError USAGE for a name that no study can have */
export function checkStudyName(name: string): void {
  // Callers in JavaScript may give anything: an object would be a query.
  if (typeof name === 'string' && STUDY_NAME.test(name)) return;
  throw new AquasurfError(
    'USAGE',
    `study name ${shown(name)}: use 1 to 64 letters, digits, "-", "_" or ".", beginning with a letter or digit`,
  );
}

/**
 * Gives the document back when it has the shape, fields that the schema does not know included.
 * @throws AquasurfError DOCUMENT_INVALID: names the collection, the `_id` and the field
 */
export function checkedDocument<T extends { _id: string }>(collection: string, schema: z.ZodType, document: T): T {
  const { error } = schema.safeParse(document);
  if (!error) return document;
  const issue = error.issues[0];
  const field = issue?.path.join('.') || '_id';
  throw new AquasurfError(
    'DOCUMENT_INVALID',
    `document "${document._id}" of collection "${collection}" is malformed at field "${field}": ` +
      `${issue?.message ?? 'unexpected value'}; repair or delete it in the database`,
    { cause: error },
  );
}
