import { MongoError, MongoNetworkError, MongoServerSelectionError, MongoTopologyClosedError } from 'mongodb';

/**
 * MongoDB's codes of a server that goes away, comes back, or gives its place as primary to another (HostUnreachable,
 * NetworkTimeout, ShutdownInProgress, PrimarySteppedDown, SocketException, NotWritablePrimary, InterruptedAtShutdown,
 * InterruptedDueToReplStateChange, NotPrimaryNoSecondaryOk, NotPrimaryOrSecondary), and of a disk that is full.
 */
const AWAY_CODES: ReadonlySet<unknown> = new Set([
  6, 7, 89, 91, 133, 189, 9001, 10107, 11600, 11602, 13435, 13436, 14031,
]);
/** The driver's and the server's own word for it: the same operation may succeed when it is tried again. */
const AWAY_LABELS = ['RetryableWriteError', 'RetryableError', 'SystemOverloadedError'];
/** Replica sets of old have no codes for these; a bulk write that was cut off has only words. */
const AWAY_WORDS = /ECONNREFUSED|ECONNRESET|EPIPE|server selection|not (?:writable )?primary\b|node is recovering/i;
/**
 * FerretDB passes on what PostgreSQL says, with or without its SQLSTATE (57P: shut down, crashed or starting; 08:
 * connections; 53: no connections, memory or disk left), and what Go says of its connection to it.
 */
const POSTGRES_AWAY = new RegExp(
  [
    'SQLSTATE (?:57P0[1-5]|08\\w{3}|53\\w{3})',
    'the database system is (?:starting up|shutting down|in recovery mode|not (?:yet )?accepting connections)',
    'terminating connection due to|because of crash of another server process',
    'too many clients|remaining connection slots|No space left on device',
    'connection refused|connection reset|broken pipe|i/o timeout|unexpected EOF|conn(?:ection)? (?:\\d+ to .* )?closed',
    'failed to (?:connect|deallocate)|closed pool|closed network connection',
  ].join('|'),
  'i',
);

/** What the driver lets through as it comes from the socket. */
const SOCKET_CODES: ReadonlySet<unknown> = new Set([
  ...['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END'],
]);

/**
 * Whether an error says that the database does not do its work at present, rather than what it thinks of the question:
 * the same may be asked again later. A refused password or one that is read-only for good is no such error.
 */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof MongoError)) return error instanceof Error && 'code' in error && SOCKET_CODES.has(error.code);
  if (
    error instanceof MongoNetworkError ||
    error instanceof MongoServerSelectionError ||
    error instanceof MongoTopologyClosedError
  ) {
    return true;
  }
  return (
    AWAY_CODES.has(error.code) ||
    AWAY_LABELS.some((label) => error.hasErrorLabel(label)) ||
    AWAY_WORDS.test(error.message) ||
    POSTGRES_AWAY.test(error.message)
  );
}
