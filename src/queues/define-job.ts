import type { JobsOptions } from 'bullmq';
import type { z } from 'zod';

/** One kind of job: its queue (of the same name), what it carries, and how often it is tried. */
export interface JobDefinition<Name extends string = string, Schema extends z.ZodType = z.ZodType> {
  readonly name: Name;
  /** Checked when a job is put in and again when it is taken out. */
  readonly payload: Schema;
  /** Deterministic, so that BullMQ drops duplicates; contains no ':' and is not digits only. */
  readonly id: (payload: z.infer<Schema>) => string;
  /** @defaultValue 3 */
  readonly attempts: number;
  readonly options: JobsOptions;
}

export function defineJob<Name extends string, Schema extends z.ZodType>(
  job: Pick<JobDefinition<Name, Schema>, 'name' | 'payload' | 'id'> & {
    attempts?: number;
    /** @defaultValue exponential, from 1 s */
    backoff?: JobsOptions['backoff'];
  },
): JobDefinition<Name, Schema> {
  const attempts = job.attempts ?? 3;
  return {
    name: job.name,
    payload: job.payload,
    id: job.id,
    attempts,
    options: {
      attempts,
      backoff: job.backoff ?? { type: 'exponential', delay: 1000, jitter: 0.5 },
      // Kept for Bull Board. MongoDB is what is true, so losing old ones costs nothing.
      removeOnComplete: { count: 1000 },
      removeOnFail: { count: 5000 },
      // Of its last attempts: a slot may have a hundred.
      stackTraceLimit: 3,
    },
  };
}
