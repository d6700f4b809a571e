import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type { Logger };

/**
 * Logs go to stderr, so that stdout holds results only: readable lines on a terminal, one JSON object a line elsewhere.
 * URLs are logged through `redactUrl`; passwords and tokens never.
 */
export function createLogger(options: { level: string; name?: string }): Logger {
  const destination = process.stderr.isTTY
    ? pretty({ destination: 2, sync: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' })
    : pino.destination({ dest: 2, sync: true });
  return pino({ level: options.level, ...(options.name ? { name: options.name } : {}) }, destination);
}

/** `redis://user:secret@host:1` → `redis://host:1`. */
export function redactUrl(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}
