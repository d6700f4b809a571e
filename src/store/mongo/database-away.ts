import { MongoError, MongoNetworkError, MongoServerSelectionError, MongoTopologyClosedError } from 'mongodb';

/** Also FerretDB's words for a PostgreSQL that is away, and those of a bulk write that was cut off. */
const AWAY = /ECONNREFUSED|ECONNRESET|connection refused|connection \d+ to .* closed|server selection/i;

/** Whether an error says that the database does not answer at present, rather than what it answered. */
export const isDatabaseAway = (error: unknown): boolean =>
  error instanceof MongoNetworkError ||
  error instanceof MongoServerSelectionError ||
  error instanceof MongoTopologyClosedError ||
  (error instanceof MongoError && AWAY.test(error.message));
