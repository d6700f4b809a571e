import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { entryPoint } from '../config.js';
import type { Logger } from '../log.js';
import type { ConsumerProcessOptions } from './consumer-main.js';

export interface SupervisorOptions {
  redisUrl: string;
  mongodbUri: string;
  /** See `redisConnection`. @defaultValue false */
  withoutInfo?: boolean | undefined;
  /** One consumer process for each entry. */
  consumers: readonly ConsumerProcessOptions[];
  log: Logger;
  /** Level of the consumers' own logs; `silent` where a progress display owns the terminal. */
  logLevel: string;
}

/** A consumer that dies is started again after this, in milliseconds; doubled for each in a row that died at once. */
const FIRST_RESTART = 500;
const LAST_RESTART = 30_000;
/**
 * One that lived longer did not die at once, in milliseconds: whatever ended it (a signal, memory that ran out), the next
 * will work for as long, and starting it costs no more than a tenth of that.
 */
const SHORT_LIFE = 10_000;

/** Runs one consumer process for each device and starts those again that die. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #children = new Set<ChildProcess>();
  readonly #stopped = new AbortController();
  #stops = 0;
  readonly #lives: Promise<void>[];

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#lives = options.consumers.map((consumer) => this.#keepAlive(consumer));
  }

  get pids(): number[] {
    return [...this.#children].map((child) => child.pid).filter((pid) => pid !== undefined);
  }

  /**
   * Asks the consumers to stop as their grace allows and waits for them; at a second call they hand their jobs back at
   * once, a third one kills them.
   */
  async stop(): Promise<void> {
    const signal = ++this.#stops > 2 ? 'SIGKILL' : 'SIGTERM';
    this.#stopped.abort();
    for (const child of this.#children) child.kill(signal);
    await Promise.all(this.#lives);
  }

  async #keepAlive(consumer: ConsumerProcessOptions): Promise<void> {
    const { signal } = this.#stopped;
    let delay = 0;
    while (!signal.aborted) {
      const born = Date.now();
      const end = await this.#live(consumer);
      if (signal.aborted) return;
      const atOnce = Date.now() - born < SHORT_LIFE;
      delay = delay > 0 && atOnce ? Math.min(delay * 2, LAST_RESTART) : FIRST_RESTART;
      this.#options.log.warn(`a consumer ended (${end}); starting another in ${delay} ms`);
      await sleep(delay, undefined, { signal }).catch(() => {});
    }
  }

  #live(consumer: ConsumerProcessOptions): Promise<string> {
    const { redisUrl, mongodbUri, withoutInfo, logLevel } = this.#options;
    const child = fork(entryPoint('consumers/consumer-main'), [JSON.stringify({ ...consumer, withoutInfo })], {
      stdio: ['ignore', 2, 2, 'ipc'],
      env: { ...process.env, REDIS_URL: redisUrl, MONGODB_URI: mongodbUri, LOG_LEVEL: logLevel },
    });
    this.#children.add(child);
    return new Promise((resolve) => {
      const end = (text: string) => {
        this.#children.delete(child);
        resolve(text);
      };
      child.once('error', (error) => end(error.message));
      child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    });
  }
}
