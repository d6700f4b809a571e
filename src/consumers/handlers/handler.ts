import type { Logger } from '../../log.js';
import type { JobName, Payload } from '../../queues/jobs.js';
import type { Pipeline } from '../../queues/pipeline.js';
import type { Device } from '../device.js';
import type { KernelThreads } from '../threads/kernel-threads.js';

/** What a handler has to work with. */
export interface HandlerContext extends Pipeline {
  device: Device;
  threads: KernelThreads;
  log: Logger;
  /** Names this consumer in leases and runs. */
  owner: string;
  /** How long a claim lasts without a heartbeat, in milliseconds. */
  leaseMs: number;
  /** Aborted when the consumer must stop now: end with any error, and the job is handed back. */
  signal: AbortSignal;
  /** A consumer died at this job before. */
  deadly: boolean;
  /** No further attempt follows this one. */
  lastAttempt: boolean;
  /** Share of the job that is done, 0 to 1, for Bull Board. */
  progress: (fraction: number) => void;
}

/** Does one job. What it gives is shown in Bull Board. Doing a job twice changes nothing. */
export type Handler<Name extends JobName> = (payload: Payload<Name>, context: HandlerContext) => Promise<JobReport>;
export type Handlers = { [Name in JobName]: Handler<Name> };
export type JobReport = Record<string, string | number | boolean | null>;
