import { MongoError } from 'mongodb';
import { AquasurfError, errorLine } from '../../errors.js';
import { shownUrl } from '../../shown-url.js';
import { isDatabaseAway } from '../../store/mongo/database-away.js';

/** What happened in words for people, where an error comes from the database, which went away or failed. */
export function lostDatabase(error: unknown, { mongodbUri }: { mongodbUri: string }): AquasurfError | undefined {
  if (!(error instanceof MongoError)) return undefined;
  return lost(
    'MongoDB',
    mongodbUri,
    isDatabaseAway(error) ? 'no longer answers' : `failed: ${errorLine(error)}`,
    error,
  );
}

/** What a person reads who waited for a server. */
export function lost(title: string, url: string, what: string, cause?: unknown): AquasurfError {
  return new AquasurfError(
    'SERVICE_UNAVAILABLE',
    `${title} at ${shownUrl(url)} ${what}; what is done is kept: run the same command again to go on`,
    { cause },
  );
}
