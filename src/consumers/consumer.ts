import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedError, type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { nanoid } from 'nanoid';
import { ComputeProcess } from '../compute/compute-process.js';
import type { ComputeSettings, Result } from '../compute/protocol.js';
import { AquasurfError, errorLine } from '../errors.js';
import type { Logger } from '../log.js';
import { reconcile } from '../producers/reconcile.js';
import { DEVICE_JOBS, JOB_NAMES, JOBS, type JobName } from '../queues/jobs.js';
import { mendJobs } from '../queues/mend-jobs.js';
import type { Pipeline } from '../queues/pipeline.js';
import { payloadOf } from '../queues/queues.js';
import { redisRefusal } from '../queues/redis-connection.js';
import { Reminders } from '../reminders.js';
import { isDatabaseAway } from '../store/mongo/database-away.js';
import { Device } from './device.js';
import { HandBack, STOPPING } from './handlers/hand-back.js';
import type { Handler, HandlerContext, JobReport } from './handlers/handler.js';
import { checkHandlers, HANDLERS } from './handlers/handlers.js';
import { HeldWorkers } from './held-workers.js';
import { noteOutcome } from './note-outcome.js';
import { KernelThreads } from './threads/kernel-threads.js';

export interface ConsumerOptions {
  /** @defaultValue all queues */
  queues?: readonly JobName[];
  compute: ComputeSettings;
  /** Environment of the compute process, e.g. CUDA_VISIBLE_DEVICES. */
  computeEnv?: Record<string, string>;
  /** Work in the compute process that says nothing for so long is ended, in milliseconds. @defaultValue 10 minutes */
  stallMs?: number | undefined;
  log: Logger;
  /** Jobs and claims of a dead consumer go to others after this, in milliseconds. @defaultValue 30,000 */
  leaseMs?: number;
  /** Between two passes of the reconciler, in milliseconds. @defaultValue 15,000 */
  reconcileMs?: number;
}

/** Between two looks for a database that does not answer, in milliseconds. */
const DATABASE_AWAY = 2000;
/** A worker whose queue fails rests for so long, in milliseconds: BullMQ would ask again thousands of times a second. */
const QUEUE_REST = 1000;

/** Takes jobs out of the queues and does them, until it is closed. */
export class Consumer {
  readonly owner = `${process.pid}-${nanoid(8)}`;
  readonly #pipeline: Pipeline;
  readonly #options: ConsumerOptions;
  readonly #leaseMs: number;
  readonly #workers: HeldWorkers;
  readonly #reminders: Reminders;
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
    this.#device = new Device(new ComputeProcess(options.compute, options.log, options.computeEnv, options.stallMs));
    this.#device.onChange = (holder) => this.#share(holder);
    this.#reminders = new Reminders((line, details) => options.log.warn(details, line));
    this.#workers = new HeldWorkers((name, error) => this.#queueFailed(name, error));
    for (const name of options.queues ?? JOB_NAMES) this.#workers.add(name, this.#startWorker(name));
    const interval = options.reconcileMs ?? 15_000;
    this.#reconciler = setInterval(() => this.#reconcile(), interval);
  }

  /** Loads the backend and gives what it computes on; undefined where this consumer takes no jobs that need it. */
  async backend(): Promise<Result<'backend'> | undefined> {
    const needed = (this.#options.queues ?? JOB_NAMES).some((name) => DEVICE_JOBS.includes(name));
    return needed ? this.#device.call('backend', {}) : undefined;
  }

  /**
   * Takes no more jobs. Running ones get `graceMs` to end; then they are handed back, leases and all.
   */
  async close(graceMs: number): Promise<void> {
    clearInterval(this.#reconciler);
    this.#device.close();
    const timer = setTimeout(() => this.#stopNow.abort(new Error('the consumer stops')), graceMs);
    await this.#workers.close();
    clearTimeout(timer);
    this.#stopNow.abort(new Error('the consumer stops'));
    await Promise.all([this.#device.compute.close(), this.#threads.close()]);
  }

  /** Running jobs are handed back now. */
  handBack(): void {
    this.#stopNow.abort(new Error('the consumer stops'));
  }

  #startWorker(name: JobName): Worker {
    const { connection, address } = this.#pipeline.queues;
    const worker = new Worker(name, (job, token) => this.#process(name, job, token), {
      connection: { ...connection, maxRetriesPerRequest: null },
      prefix: address.prefix,
      concurrency: this.#concurrency(name),
      lockDuration: this.#leaseMs,
      stalledInterval: Math.min(this.#leaseMs, 10_000),
      // Consumers may be killed any number of times: that uses up no attempt.
      maxStalledCount: 100,
    });
    // One that cannot be read is never begun; by then its lock has run out.
    worker.on('stalled', (id) => mendJobs(worker, [id]).catch(() => {}));
    worker.on('error', (error) => this.#queueFailed(name, error));
    return worker;
  }

  /** Redis is away, refuses us, or a job was lost to another consumer: all of them pass. */
  #queueFailed(name: JobName, error: unknown): void {
    if (this.#stopNow.signal.aborted) return;
    this.#reminders.tell(`Redis: ${errorLine(error)}`, { queue: name });
    this.#workers.hold([name], 'its queue fails');
    setTimeout(() => this.#workers.free([name], 'its queue fails'), QUEUE_REST).unref();
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
      deadly: job.stalledCounter > 0,
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
        if (handBack.delayMs === 0) {
          await job.moveToWait(token);
          throw new WaitingError();
        }
        await job.moveToDelayed(Date.now() + handBack.delayMs, token);
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
    if (redisRefusal(error) !== undefined) return new HandBack('Redis takes no writes', QUEUE_REST);
    if (!isDatabaseAway(error)) return undefined;
    void this.#waitForDatabase(error);
    return new HandBack('the database does not answer', DATABASE_AWAY);
  }

  /** Takes no jobs until the database answers again: other consumers may reach it. */
  async #waitForDatabase(error: unknown): Promise<void> {
    if (this.#databaseAway) return;
    this.#databaseAway = true;
    const { names } = this.#workers;
    this.#workers.hold(names, 'the database is away');
    do {
      this.#reminders.tell(`the database does not answer (${errorLine(error)}); waiting for it`);
      await sleep(DATABASE_AWAY);
    } while (!this.#stopNow.signal.aborted && !(await this.#databaseAnswers()));
    this.#databaseAway = false;
    if (!this.#stopNow.signal.aborted) this.#workers.free(names, 'the database is away');
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
    if (holder === undefined) this.#workers.free(DEVICE_JOBS, 'the device is busy');
    else {
      const others = DEVICE_JOBS.filter((name) => name !== holder);
      this.#workers.hold(others, 'the device is busy');
    }
  }

  async #reconcile(): Promise<void> {
    try {
      await reconcile(this.#pipeline);
    } catch (error) {
      this.#reminders.tell(`the reconciler failed and tries again: ${errorLine(error)}`, { err: error });
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
