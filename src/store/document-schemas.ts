import { Binary } from 'mongodb';
import { z } from 'zod';
import { shown } from '../checks/checked.js';
import { ACQUISITIONS, PLACES, REGRESSORS } from '../domain/surrogate/choices.js';
import { METRICS, TRIAL_STATUSES } from '../domain/trial.js';
import { AquasurfError } from '../errors.js';
import { KEPT_OF_TASK } from './task-of-study.js';

/**
 * The shape of the documents that the rest of the program relies on, checked where they are read: people edit databases
 * by hand, and older versions wrote what newer ones read.
 */
const STUDY_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const hash = z.string().regex(/^[0-9a-f]{32}$/, 'expected a canonical hash of 32 hex digits');
const count = z.int().nonnegative();
export const fisherSettings = z.object({
  seed: z.int(),
  batchSize: z.int().positive(),
  floor: z.number().nonnegative(),
  bins: z.int().min(2).optional(),
  uploaded: z.array(z.int().positive()).optional(),
  compat: z.literal('aquasurf').optional(),
});

export const studySchema = z.object({
  _id: z.string().regex(STUDY_NAME),
  task: z.object({
    name: z.string(),
    sourceHash: z.string(),
    network: z.literal(false).optional(),
    dataHash: z.string().optional(),
    updates: z
      .array(
        z.object({
          at: z.date(),
          from: z.string(),
          to: z.string(),
          data: z.literal(true).optional(),
          keep: z.enum(KEPT_OF_TASK),
        }),
      )
      .optional(),
  }),
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
  lossStderr: figure.optional(),
  revision: count.optional(),
});

export const trialSchema = z.object({
  _id: z.string(),
  study: z.string(),
  hash,
  fn: z.string().nullable(),
  status: z.enum(TRIAL_STATUSES),
  number: z.int().positive().nullable(),
  lease: z
    .object({
      owner: z.string(),
      token: z.string(),
      expiresAt: z.date(),
      progressAt: z.date().optional(),
      progress: z.string().optional(),
    })
    .nullable(),
  attempts: count,
  expiries: count.optional(),
  error: z.string().nullable(),
  fisher: z.object({
    state: z.enum(['absent', 'owed', 'defined', 'undefined', 'failed']),
    job: z.string().optional(),
    generation: count.optional(),
    expiries: count.optional(),
    settings: fisherSettings.optional(),
    reason: z.string().optional(),
    seconds: z.number().optional(),
  }),
  result: aggregateResult.nullable(),
  doneBy: z.string().nullable(),
  timings: z.object({ claimedAt: z.date().optional(), finishedAt: z.date().optional() }),
});

/** Also that it has what its status promises. */
export const wholeTrialSchema = trialSchema
  .refine(({ status, result }) => status !== 'done' || result !== null, {
    path: ['result'],
    error: 'a done trial has one',
  })
  .refine(({ status, lease }) => status !== 'running' || lease !== null, {
    path: ['lease'],
    error: 'a running trial has one',
  })
  .refine(({ status, number }) => (status !== 'running' && status !== 'done') || number !== null, {
    path: ['number'],
    error: 'a running or done trial has one',
  });

export const candidateSchema = trialSchema.pick({ _id: true, hash: true, fn: true });
export const finishedSchema = trialSchema.pick({ _id: true, hash: true, fn: true }).extend({
  number: z.int().positive(),
  result: aggregateResult,
});

export const occupiedSchema = trialSchema.pick({ _id: true, hash: true, status: true, number: true, result: true });

/** Of a trial that owes Fisher features. */
export const owingSchema = trialSchema.pick({ _id: true, hash: true, fisher: true });
/** Of a trial's vector: uint16 values. */
export const featuresSchema = trialSchema.pick({ _id: true, hash: true }).extend({
  fisher: z.object({
    features: z
      .custom<Binary>((value) => value instanceof Binary && value.length() % 2 === 0, 'expected a vector of uint16')
      .optional(),
  }),
});

export const runSchema = z.object({
  _id: z.string(),
  study: z.string(),
  hash,
  seed: z.int(),
  result: aggregateResult.omit({ runs: true, stderr: true, lossStderr: true, revision: true }),
});
/** What of a run its trial's mean counts. */
export const figuresSchema = runSchema.pick({ _id: true, result: true });

export const retrainingSchema = z.object({
  _id: z.string(),
  study: z.string(),
  hash,
  seed: z.int(),
  state: z.enum(['owed', 'failed']),
  attempts: count,
  expiries: count.optional(),
  error: z.string().nullable(),
  generation: count,
});

export const spaceSchema = z.object({
  _id: z.string(),
  operators: z.string(),
  schema: z.string().optional(),
  names: z.array(z.string()).optional(),
  size: z.string().regex(/^\d+$/, 'expected decimal digits'),
  generation: count,
  state: z.enum(['known', 'wanted', 'expanded']),
});

export const rangeSchema = z.object({
  _id: z.string(),
  space: z.string(),
  from: count,
  to: count,
  done: z.boolean(),
  generation: count,
});

/** Of the first chunk of a fit. */
export const embeddingHeadSchema = z.object({ _id: z.string(), version: count, fit: z.string(), chunks: count });

/** A chunk: as many points as hashes. */
export const embeddingSchema = embeddingHeadSchema
  .extend({
    hashes: z.array(z.string()),
    points: z.custom<Binary>((value) => value instanceof Binary, 'expected a vector of float32'),
  })
  .refine(({ hashes, points }) => points.length() === 8 * hashes.length, 'expected two numbers for each hash');

/** A chunk: as many points as hashes. */
export const componentsSchema = z
  .object({
    _id: z.string(),
    version: count,
    chunks: count,
    dimensions: z.int().positive(),
    hashes: z.array(z.string()),
    coordinates: z.custom<Binary>((value) => value instanceof Binary, 'expected vectors of float32'),
  })
  .refine(
    ({ hashes, dimensions, coordinates }) => coordinates.length() === 4 * dimensions * hashes.length,
    'expected a vector for each hash',
  );

const packedHashes = z.custom<Binary>((value) => value instanceof Binary, 'expected packed hashes');
/** Of what was read of a pack. */
export const membersSchema = z.object({
  _id: z.string(),
  usable: packedHashes.optional(),
  unusable: packedHashes.optional(),
});

/** A name with its rank before it (rank.ts). */
export const functionSchema = z.object({
  _id: hash,
  rank: z.string().regex(/^~?\d{4}\.\d{4}\../, 'expected a rank'),
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
