import { type Logger, pino, stdSerializers } from 'pino';
import pretty from 'pino-pretty';

export type { Logger };

/** Bytes that wait to be written where that fails for a while; what does not fit is lost. */
const KEPT_UNWRITTEN = 1_000_000;

/**
 * Logs go to stderr, so that stdout holds results only: readable lines on a terminal, one JSON object a line elsewhere.
 * Stack traces are shown at level debug and below.
 * URLs are logged through `shownUrl`; passwords and tokens never.
 */
export function createLogger(options: { level: string; name?: string }): Logger {
  const stderr = pino.destination({ dest: 2, sync: true, maxLength: KEPT_UNWRITTEN });
  // A log that cannot be written (its disk is full, its reader or its terminal is gone) is no reason to stop working.
  stderr.on('error', () => {});
  const destination = process.stderr.isTTY
    ? pretty({
        destination: stderr,
        sync: true,
        translateTime: 'SYS:HH:MM:ss',
        ignore: 'pid,hostname',
        singleLine: true,
      })
    : stderr;
  const { level, name } = options;
  const withStack = level === 'debug' || level === 'trace';
  return pino(
    { level, ...(name ? { name } : {}), serializers: { err: withStack ? stdSerializers.err : shortError } },
    destination,
  );
}

function shortError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  return { type: error.name, message: error.message, ...('code' in error ? { code: error.code } : {}) };
}
