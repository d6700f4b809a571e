import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, type JobState, type JobType, Queue } from 'bullmq';
import { AquasurfError } from '../errors.js';
import { JOB_NAMES, JOBS, type JobName, type Payload } from './jobs.js';
import { mendJobs } from './mend-jobs.js';
import { isForbidden, redisConnection, redisRefusal } from './redis-connection.js';

/** What a job is doing, or `absent`: Redis has never seen it, or has lost or dropped it. */
type JobPlace = 'queued' | 'active' | 'completed' | 'failed' | 'absent';

interface RedisAddress {
  redisUrl: string;
  /** Keeps the queues of one MongoDB database apart from those of others on the same Redis. */
  prefix: string;
  /** Told why each time that Redis refuses a command for now; it is sent again until it is taken. */
  onRefusal?: (reason: string) => void;
  /** See `redisConnection`. @defaultValue false */
  withoutInfo?: boolean | undefined;
}

/** Time that connections get to end what they have sent, in milliseconds. */
const CLOSE_TIMEOUT = 2000;

/** Queues of one database: `aquasurf-<database>`. */
export const queuePrefix = (database: string): string => `aquasurf-${database}`;

/** The queues, one for each kind of job, as producers see them. */
export class Queues {
  readonly address: RedisAddress;
  /** How to connect: for workers too. */
  readonly connection: ReturnType<typeof redisConnection>;
  readonly #queues = new Map<JobName, Queue>();

  constructor(address: RedisAddress) {
    this.address = address;
    this.connection = redisConnection(address.redisUrl, address.onRefusal, address.withoutInfo);
  }

  queue(name: JobName): Queue {
    let queue = this.#queues.get(name);
    if (!queue) {
      queue = new Queue(name, { connection: this.connection, prefix: this.address.prefix });
      // A lost connection is retried for ever by ioredis; commands wait. Without a listener it would end the process.
      queue.on('error', () => {});
      this.#queues.set(name, queue);
    }
    return queue;
  }

  /**
   * Puts jobs in. Ids are made from the payloads, so that enqueuing the same work twice leaves one job.
   * @throws AquasurfError JOB_INVALID where a payload does not fit its job
   */
  async enqueue<Name extends JobName>(name: Name, payloads: readonly Payload<Name>[]): Promise<void> {
    const job = JOBS[name];
    const entries = payloads.map((payload) => {
      const data = parsePayload(name, payload);
      return { name, data, opts: { ...job.options, jobId: (job.id as (p: Payload<Name>) => string)(data) } };
    });
    // One by one, for what is refused within a transaction (`addBulk`) is not sent again; 1,000 under way at once.
    for (let start = 0; start < entries.length; start += 1000) {
      const some = entries.slice(start, start + 1000);
      await Promise.all(some.map(({ data, opts }) => this.queue(name).add(name, data, opts)));
    }
  }

  /** Redis's clock, by which the consumers time jobs, in milliseconds since 1970. */
  async now(): Promise<number> {
    const client = await this.queue('training').backend.client;
    client.defineCommand('serverTime', { numberOfKeys: 0, lua: "return redis.call('TIME')" });
    const [seconds, microseconds]: [string, string] = await client.runCommand('serverTime', []);
    return Number(seconds) * 1000 + Number(microseconds) / 1000;
  }

  /** Why Redis takes no writes at present; undefined where it does. Asked at once: it waits for nothing. */
  async refusal(): Promise<string | undefined> {
    const queue = this.queue('training');
    const client = await queue.backend.client;
    client.defineCommand('tryWrite', {
      numberOfKeys: 1,
      lua: "local answer = redis.pcall('SET', KEYS[1], '', 'PX', 1000) return answer.err or ''",
    });
    const answer: string = await client.runCommand('tryWrite', [queue.toKey('try-write')]);
    return answer === '' ? undefined : (redisRefusal(new Error(answer)) ?? answer);
  }

  /** Where the jobs for these payloads are, in their order. */
  async places<Name extends JobName>(name: Name, payloads: readonly Payload<Name>[]): Promise<JobPlace[]> {
    const idOf = JOBS[name].id as (p: Payload<Name>) => string;
    const queue = this.queue(name);
    return Promise.all(payloads.map(async (payload) => placeOf(await queue.getJobState(idOf(payload)))));
  }

  /** When the job for a payload failed for good, in milliseconds since 1970; undefined where it did not. */
  async failedAt<Name extends JobName>(name: Name, payload: Payload<Name>): Promise<number | undefined> {
    const idOf = JOBS[name].id as (p: Payload<Name>) => string;
    const id = idOf(payload);
    const queue = this.queue(name);
    const job = await reading(
      queue,
      () => queue.getJob(id),
      () => [id],
    );
    return (await job?.isFailed()) ? job?.finishedOn : undefined;
  }

  /** Jobs in these states, those at `start` to `end` of each; undefined for one that ended meanwhile. */
  async jobs(name: JobName, states: JobType[], start: number, end: number): Promise<Array<Job | undefined>> {
    const queue = this.queue(name);
    const ids = () => queue.getRanges(states, start, end);
    return reading(queue, () => queue.getJobs(states, start, end), ids);
  }

  /** Live consumers of a queue; undefined where Redis does not tell this user (CLIENT LIST). */
  async consumers(name: JobName): Promise<number | undefined> {
    try {
      return await this.queue(name).getWorkersCount();
    } catch (error) {
      if (isForbidden(error)) return undefined;
      throw error;
    }
  }

  /** All queues, in the order of the job table (for Bull Board and metrics). */
  all(): Queue[] {
    return JOB_NAMES.map((name) => this.queue(name));
  }

  /**
   * Answers once Redis does.
   * @throws AquasurfError SERVICE_UNAVAILABLE
   */
  async ping(): Promise<void> {
    await this.queue('training').waitUntilReady();
  }

  /** Closes the connections; those to a server that is gone, which would wait for it for ever, are cut. */
  async close(): Promise<void> {
    const queues = [...this.#queues.values()];
    this.#queues.clear();
    const closed = Promise.all(queues.map((queue) => queue.close().catch(() => {}))).then(() => true);
    if (await Promise.race([closed, sleep(CLOSE_TIMEOUT, false, { ref: false })])) return;
    for (const queue of queues) queue.disconnect().catch(() => {});
  }
}

/** Reads jobs; where one of them holds what is no JSON, they are mended first. */
async function reading<T>(queue: Queue, read: () => Promise<T>, ids: () => string[] | Promise<string[]>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    await mendJobs(queue, await ids());
    return read();
  }
}

function placeOf(state: JobState | 'unknown'): JobPlace {
  switch (state) {
    case 'unknown':
      return 'absent';
    case 'active':
    case 'completed':
    case 'failed':
      return state;
    default:
      return 'queued';
  }
}

/**
 * Checks what a job carries; both ends call it.
 * @throws AquasurfError JOB_INVALID naming the field
 */
function parsePayload<Name extends JobName>(name: Name, payload: unknown): Payload<Name> {
  const parsed = JOBS[name].payload.safeParse(payload);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AquasurfError('JOB_INVALID', `job ${name}: ${issue?.path.join('.') || 'payload'}: ${issue?.message}`);
  }
  return parsed.data as Payload<Name>;
}

/** Takes the payload out of a job. */
export const payloadOf = <Name extends JobName>(name: Name, job: Job): Payload<Name> => parsePayload(name, job.data);
