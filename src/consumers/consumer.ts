import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedError, type Job, UnrecoverableError, Worker } from 'bullmq';
import { nanoid } from 'nanoid';
import { ComputeProcess } from '../compute/compute-process.js';
import type { ComputeSettings } from '../compute/protocol.js';
import { AquasurfError, errorLine } from '../errors.js';
import type { Logger } from '../log.js';
import { reconcile } from '../producers/reconcile.js';
import { DEVICE_JOBS, JOB_NAMES, JOBS, type JobName } from '../queues/jobs.js';
import { mendJobs } from '../queues/mend-jobs.js';
import type { Pipeline } from '../queues/pipeline.js';
import { payloadOf } from '../queues/queues.js';
import { isDatabaseAway } from '../store/mongo/database-away.js';
import { Device } from './device.js';
import { HandBack, STOPPING } from './handlers/hand-back.js';
import type { Handler, HandlerContext, JobReport } from './handlers/handler.js';
import { checkHandlers, HANDLERS } from './handlers/handlers.js';
import { noteOutcome } from './note-outcome.js';
import { KernelThreads } from './threads/kernel-threads.js';

export interface ConsumerOptions {
  /** @defaultValue all queues */
  queues?: readonly JobName[];
  compute: ComputeSettings;
  /** Environment of the compute process, e.g. CUDA_VISIBLE_DEVICES. */
  computeEnv?: Record<string, string>;
  log: Logger;
  /** Jobs and claims of a dead consumer go to others after this, in milliseconds. @defaultValue 30,000 */
  leaseMs?: number;
  /** Between two passes of the reconciler, in milliseconds. @defaultValue 15,000 */
  reconcileMs?: number;
}

/** Between two looks for a database that does not answer, in milliseconds. */
const DATABASE_AWAY = 2000;

/** Takes jobs out of the queues and does them, until it is closed. */
export class Consumer {
  readonly owner = `${process.pid}-${nanoid(8)}`;
  readonly #pipeline: Pipeline;
  readonly #options: ConsumerOptions;
  readonly #leaseMs: number;
  readonly #workers = new Map<JobName, Worker>();
  readonly #device: Device;
  readonly #threads: KernelThreads;
  readonly #stopNow = new AbortController();
  readonly #reconciler: NodeJS.Timeout;
  #databaseAway = false;

  constructor(pipeline: Pipeline, options: ConsumerOptions) {
    checkHandlers(HANDLERS);
    this.#pipeline = pipeline;
    this.#options = options;
    this.#threads = new KernelThreads(options.compute.threads);
    this.#leaseMs = options.leaseMs ?? 30_000;
    this.#device = new Device(new ComputeProcess(options.compute, options.log, options.computeEnv));
    this.#device.onChange = (holder) => this.#share(holder);
    for (const name of options.queues ?? JOB_NAMES) this.#workers.set(name, this.#startWorker(name));
    const interval = options.reconcileMs ?? 15_000;
    this.#reconciler = setInterval(() => this.#reconcile(), interval);
  }

  /**
   * Takes no more jobs. Running ones get `graceMs` to end; then they are handed back, leases and all.
   */
  async close(graceMs: number): Promise<void> {
    clearInterval(this.#reconciler);
    this.#device.close();
    const timer = setTimeout(() => this.#stopNow.abort(new Error('the consumer stops')), graceMs);
    await Promise.all([...this.#workers.values()].map((worker) => worker.close()));
    clearTimeout(timer);
    this.#stopNow.abort(new Error('the consumer stops'));
    await Promise.all([this.#device.compute.close(), this.#threads.close()]);
  }

  #startWorker(name: JobName): Worker {
    const { redisUrl, prefix } = this.#pipeline.queues.address;
    const worker = new Worker(name, (job, token) => this.#process(name, job, token), {
      connection: { url: redisUrl, maxRetriesPerRequest: null },
      prefix,
      concurrency: this.#concurrency(name),
      lockDuration: this.#leaseMs,
      stalledInterval: Math.min(this.#leaseMs, 10_000),
      // Consumers may be killed any number of times: that uses up no attempt.
      maxStalledCount: 100,
    });
    // One that cannot be read is never begun; by then its lock has run out.
    worker.on('stalled', (id) => mendJobs(worker, [id]).catch(() => {}));
    worker.on('error', (error) => this.#options.log.warn({ queue: name, err: error.message }, 'queue connection'));
    return worker;
  }

  /** One job of each kind, but while the functions of some ranges are stored, the threads go on with others. */
  #concurrency(name: JobName): number {
    return name === 'output-features' ? this.#options.compute.threads + 3 : 1;
  }

  /** The wrapper around every handler: validation, timing, logging, handing back. */
  async #process(name: JobName, job: Job, token: string | undefined): Promise<JobReport> {
    const log = this.#options.log.child({ job: job.id });
    const started = performance.now();
    const context: HandlerContext = {
      ...this.#pipeline,
      device: this.#device,
      threads: this.#threads,
      log,
      owner: this.owner,
      leaseMs: this.#leaseMs,
      signal: this.#stopNow.signal,
      lastAttempt: job.attemptsMade + 1 >= JOBS[name].attempts,
      progress: throttledProgress(job),
    };
    try {
      const handler = HANDLERS[name] as Handler<JobName>;
      const report = await handler(payloadOf(name, job), context);
      log.debug({ ms: Math.round(performance.now() - started), ...report }, 'job done');
      if (typeof report.skipped !== 'string') await noteOutcome(this.#pipeline.store, job, this.owner);
      return report;
    } catch (error) {
      const handBack = this.#handBackFor(error);
      if (handBack) {
        log.debug({ reason: handBack.reason }, 'job handed back');
        await job.moveToDelayed(Date.now() + Math.max(handBack.delayMs, 1), token);
        throw new DelayedError();
      }
      if (await this.#isOfDeletedStudy(job)) return { skipped: 'the study is deleted' };
      log.error({ err: error }, `job failed: ${errorLine(error)}`);
      await noteOutcome(this.#pipeline.store, job, this.owner, error);
      // What a job carries is the same in each attempt.
      if (error instanceof AquasurfError && error.code === 'JOB_INVALID') throw new UnrecoverableError(error.message);
      throw error;
    }
  }

  /** What a job meets because the consumer stops or the database is away is no fault of the job. */
  #handBackFor(error: unknown): HandBack | undefined {
    if (error instanceof HandBack) return error;
    if (this.#stopNow.signal.aborted) return STOPPING;
    if (!isDatabaseAway(error)) return undefined;
    void this.#waitForDatabase();
    return new HandBack('the database does not answer', DATABASE_AWAY);
  }

  /** Takes no jobs until the database answers again: other consumers may reach it. */
  async #waitForDatabase(): Promise<void> {
    if (this.#databaseAway) return;
    this.#databaseAway = true;
    this.#options.log.warn('the database does not answer; waiting for it');
    const workers = [...this.#workers.values()];
    await Promise.allSettled(workers.map((worker) => worker.pause(true)));
    while (!this.#stopNow.signal.aborted && !(await this.#databaseAnswers())) await sleep(DATABASE_AWAY);
    this.#databaseAway = false;
    if (!this.#stopNow.signal.aborted) await Promise.allSettled(workers.map((worker) => worker.resume()));
  }

  #databaseAnswers(): Promise<boolean> {
    return this.#pipeline.store.ping().then(
      () => true,
      () => false,
    );
  }

  /** Deleting a study leaves its jobs in the queues and under way: whatever they meet then is no fault of theirs. */
  async #isOfDeletedStudy({ data }: Job): Promise<boolean> {
    if (typeof data?.study !== 'string') return false;
    // Where the database does not answer, the job's own error stands.
    return this.#pipeline.store.studies.exists(data.study).then(
      (exists) => !exists,
      () => false,
    );
  }

  #share(holder: JobName | undefined): void {
    if (this.#stopNow.signal.aborted) return;
    for (const name of DEVICE_JOBS) {
      const worker = this.#workers.get(name);
      if (!worker || name === holder) continue;
      const change = holder === undefined ? worker.resume() : worker.pause(true);
      change.catch((error) => this.#options.log.warn({ queue: name, err: error }, 'the queue could not be paused'));
    }
  }

  async #reconcile(): Promise<void> {
    try {
      await reconcile(this.#pipeline);
    } catch (error) {
      this.#options.log.warn({ err: error }, 'the reconciler failed; it tries again');
    }
  }
}

/** At most one update a second reaches Redis. */
function throttledProgress(job: Job): (fraction: number) => void {
  let last = 0;
  return (fraction) => {
    const now = performance.now();
    if (now - last < 1000) return;
    last = now;
    job.updateProgress(Math.round(fraction * 100)).catch(() => {});
  };
}
