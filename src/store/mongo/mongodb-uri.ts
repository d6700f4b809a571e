import { MongoClient } from 'mongodb';
import { ConnectionString } from 'mongodb-connection-string-url';
import { errorLine } from '../../errors.js';

/** Where the URI names no database. */
export const DEFAULT_DATABASE = 'aquasurf';

/** Of a database's name, in bytes. */
const LONGEST_NAME = 63;

/** Options that the driver reads as whole numbers, of `5x` the 5. */
const NUMBERS = /(ms|size|connecting|seconds|level|maxhosts|port|wtimeout)$/;

/** Options that the driver takes from a URI although they stand in no manual, or takes and then leaves out. */
const NO_OPTIONS = ['dbname', 'timeoutms', 'ignoreundefined'];

/** The database that the URI names, as the driver reads it; else `aquasurf`. */
export function databaseOf(uri: string): string {
  return decodeURIComponent(new ConnectionString(uri).pathname.slice(1)) || DEFAULT_DATABASE;
}

/** Whether the URI has an option, however its name is written. */
export const hasOption = (uri: string, name: string): boolean => new ConnectionString(uri).searchParams.has(name);

/**
 * What is wrong with the address of a MongoDB, completing "MongoDB at ADDRESS ..."; undefined for a right one. Beyond what
 * the driver refuses, that is what it would leave out or misread without a word.
 */
export function mongodbUriFault(uri: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
  if (/[\s\u0000-\u001f\u007f]/.test(uri)) return 'has a space, line break or control character in it';
  if (uri.includes('#')) return 'has a fragment, which means nothing here: write "#" in a password as %23';
  try {
    new MongoClient(uri);
    const parsed = new ConnectionString(uri);
    return hostsFault(parsed.hosts) ?? nameFault(databaseOf(uri)) ?? optionsFault(parsed);
  } catch (error) {
    // The driver quotes a user that may be part of a password.
    const line = errorLine(error).replace(/(Username contains unescaped characters).*/, '$1');
    return `is no address of a MongoDB (mongodb://[user:password@]host:port/database): ${line}`;
  }
}

const hostsFault = (hosts: readonly string[]): string | undefined =>
  hosts.some((host) => host === '' || host.startsWith(':')) ? 'has a host without a name' : undefined;

function nameFault(name: string): string | undefined {
  if (/[/\\. "$&\p{Cc}]/u.test(name)) {
    return `names the database "${name}": a name has none of / \\ . " $ & and no space`;
  }
  return Buffer.byteLength(name) > LONGEST_NAME
    ? `names a database of more than ${LONGEST_NAME} bytes: choose a shorter name`
    : undefined;
}

function optionsFault({ searchParams }: ConnectionString): string | undefined {
  const seen = new Set<string>();
  for (const [written, value] of searchParams) {
    const name = written.toLowerCase();
    if (NO_OPTIONS.includes(name)) return `has the option "${written}", which means nothing here: leave it out`;
    if (seen.has(name) && name !== 'readpreferencetags') return `has the option "${written}" twice`;
    if (NUMBERS.test(name) && !/^-?\d+$/.test(value)) return `has ${written}=${value}: expected a whole number`;
    seen.add(name);
  }
  return undefined;
}
