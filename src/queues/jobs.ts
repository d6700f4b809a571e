import { z } from 'zod';
import { defineJob, type JobDefinition } from './define-job.js';

/**
 * The job table: every kind of job, in the order in which a study needs them. Payloads are small (ids, ranges, hashes);
 * a new `generation`, raised in MongoDB, asks for finished work again (BullMQ ignores an id that it knows).
 */
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
const generation = z.int().nonnegative();
const hash = z.string().regex(/^[0-9a-f]{32}$/);
const space = z.string().regex(/^(schema|sample|list)-[0-9a-f]{12}$/);

/** Divide a space into ranges and enqueue `output-features` for each. */
export const schemaExpansion = defineJob({
  name: 'schema-expansion',
  payload: z.object({ space, generation }),
  id: ({ space, generation }) => `expand-${space}-g${generation}`,
});

/** Evaluate the functions [from, to) of a space on the samples; store functions, aliases, and that the range is done. */
export const outputFeatures = defineJob({
  name: 'output-features',
  payload: z.object({ space, from: z.int().nonnegative(), to: z.int().positive(), generation }),
  id: ({ space, from, to, generation }) => `outputs-${space}-${from}-${to}-g${generation}`,
  attempts: 5,
});

/** Compute the spectra of a study's network at initialisation for several functions. `batch` names them as a whole. */
export const fisherEigenvalues = defineJob({
  name: 'fisher-eigenvalues',
  payload: z.object({
    study: name,
    batch: z.string().regex(/^[0-9a-f]{12}$/),
    hashes: z.array(hash).min(1).max(64),
    generation,
  }),
  id: ({ study, batch, generation }) => `fisher-${study}-${batch}-g${generation}`,
});

/** Fit the plane of a study on all features that are there. `version` is their number. */
export const surrogate = defineJob({
  name: 'surrogate',
  payload: z.object({ study: name, version: z.int().positive(), generation }),
  id: ({ study, version, generation }) => `surrogate-${study}-${version}-g${generation}`,
});

/**
 * A slot: permission to train trial `number` of a study; the consumer asks for the function when it starts. It has many
 * attempts: one that fails uses up an attempt of its function, and the next may take another function.
 */
export const training = defineJob({
  name: 'training',
  attempts: 100,
  backoff: { type: 'fixed', delay: 3000, jitter: 0.5 },
  payload: z.object({ study: name, number: z.int().positive(), generation }),
  id: ({ study, number, generation }) => `training-${study}-${number}-g${generation}`,
});

/** Train one function of a study with one seed, whatever the search does, and add the run to its trial. */
export const retraining = defineJob({
  name: 'retraining',
  payload: z.object({ study: name, hash, seed: z.int(), generation }),
  id: ({ study, hash, seed, generation }) => `retraining-${study}-${hash}-${seed}-g${generation}`,
});

export const JOBS = {
  'schema-expansion': schemaExpansion,
  'output-features': outputFeatures,
  'fisher-eigenvalues': fisherEigenvalues,
  surrogate,
  training,
  retraining,
} as const satisfies Record<string, JobDefinition>;

export type JobName = keyof typeof JOBS;
export type Payload<Name extends JobName> = z.infer<(typeof JOBS)[Name]['payload']>;
export const JOB_NAMES = Object.keys(JOBS) as JobName[];
/** Those whose jobs need a compute backend and its device. */
export const DEVICE_JOBS: readonly JobName[] = ['fisher-eigenvalues', 'training', 'retraining'];
