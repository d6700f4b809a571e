import { MongoError, MongoNetworkError, MongoServerSelectionError } from 'mongodb';
import { AquasurfError, errorLine } from '../../errors.js';
import { shownUrl } from '../../shown-url.js';

/** What happened in words for people, where an error comes from the database, which went away or failed. */
export function lostDatabase(error: unknown, { mongodbUri }: { mongodbUri: string }): AquasurfError | undefined {
  if (!(error instanceof MongoError)) return undefined;
  const away = error instanceof MongoNetworkError || error instanceof MongoServerSelectionError;
  return lost('MongoDB', mongodbUri, away ? 'no longer answers' : `failed: ${errorLine(error)}`, error);
}

/**
 * The outcome of a conversation with Redis. Its client waits for a server that went away, for minutes or for ever: a
 * person who waits for a command shall know sooner.
 * @param patienceMs milliseconds
 * @throws AquasurfError SERVICE_UNAVAILABLE
 */
export async function answerOfRedis<T>(answer: Promise<T>, redisUrl: string, patienceMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(lost('Redis', redisUrl, 'no longer answers')), patienceMs);
  });
  try {
    return await Promise.race([answer, tooLate]);
  } finally {
    clearTimeout(timer);
    answer.catch(() => {});
  }
}

function lost(title: string, url: string, what: string, cause?: unknown): AquasurfError {
  return new AquasurfError(
    'SERVICE_UNAVAILABLE',
    `${title} at ${shownUrl(url)} ${what}; what is done is kept: run the same command again to go on`,
    { cause },
  );
}
