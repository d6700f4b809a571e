import { setTimeout as sleep } from 'node:timers/promises';
import { errorLine } from '../../errors.js';
import { redisRefusal } from '../../queues/redis-connection.js';
import { isDatabaseAway } from '../../store/mongo/database-away.js';
import { lost } from './lost-server.js';

/** How long servers may be away while a command waits, in seconds, where nothing else is said. */
export const PATIENCE_SECONDS = 600;
/** Between two questions to a server that is away, in milliseconds. */
const AGAIN_AFTER = 1000;
/** A server that has not answered after this is said to be away, in milliseconds. */
const SLOW = 5000;

interface PatienceOptions {
  seconds: number;
  addresses: { redisUrl: string; mongodbUri: string };
  /** Told once when a server goes away, and when it is back. */
  note: (line: string) => void;
  signal: AbortSignal | undefined;
}

/** Questions to servers that may go away and come back while a command waits: a restart shall not end it. */
export class Patience {
  readonly #options: PatienceOptions;

  constructor(options: PatienceOptions) {
    this.#options = options;
  }

  /** @throws AquasurfError SERVICE_UNAVAILABLE when it was away for too long; what it answers to the question */
  database<T>(question: () => Promise<T>): Promise<T> {
    return this.#ask({ title: 'MongoDB', url: this.#options.addresses.mongodbUri, isAway: isDatabaseAway }, question);
  }

  /** The same for Redis. */
  redis<T>(question: () => Promise<T>): Promise<T> {
    return this.#ask({ title: 'Redis', url: this.#options.addresses.redisUrl, isAway: isRedisAway }, question);
  }

  async #ask<T>(
    { title, url, isAway }: { title: string; url: string; isAway: (error: unknown) => boolean },
    question: () => Promise<T>,
  ): Promise<T> {
    const { seconds, note, signal } = this.#options;
    const end = performance.now() + seconds * 1000;
    let told = false;
    const tell = (why: string) => {
      if (!told) note(`${title} ${why}: waiting for it, ${seconds} s at most`);
      told = true;
    };
    while (true) {
      signal?.throwIfAborted();
      const slow = setTimeout(() => tell('does not answer'), SLOW);
      const tooLate = new AbortController();
      try {
        const late = sleep(Math.max(end - performance.now(), 0), undefined, { signal: tooLate.signal });
        const answer = await Promise.race([question(), late.then(() => Promise.reject(lost(title, url, GONE)))]);
        if (told) note(`${title} answers again`);
        return answer;
      } catch (error) {
        if (!isAway(error)) throw error;
        if (performance.now() > end) throw lost(title, url, GONE, error);
        tell(`does not answer (${errorLine(error)})`);
      } finally {
        clearTimeout(slow);
        tooLate.abort();
      }
      // The signal ends the sleep; what it means is thrown above.
      await sleep(AGAIN_AFTER, undefined, signal ? { signal } : {}).catch(() => {});
    }
  }
}

const GONE = 'no longer answers';

/** Its client gives up on a command after some attempts to connect. */
const isRedisAway = (error: unknown): boolean =>
  redisRefusal(error) !== undefined ||
  (error instanceof Error && /max retries per request|Connection is closed|ECONN|EPIPE/.test(error.message));
