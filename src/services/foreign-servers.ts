import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AquasurfError } from '../errors.js';
import { shownUrl } from '../shown-url.js';
import type { ServerKind } from './server-kind.js';
import { listens } from './server-process.js';

const URL_TIMEOUT_MS = 5_000;
const LOCALHOST_TIMEOUT_MS = 1_500;

/**
 * Checks the address that a variable names, if it names one, before any server is asked.
 * @throws AquasurfError CONFIG_INVALID, one line without user and password
 */
export function checkAddress(kind: ServerKind, url: string | undefined): void {
  const fault = url === undefined ? undefined : kind.fault(url);
  if (url !== undefined && fault !== undefined) throw new AquasurfError('CONFIG_INVALID', refusal(kind, url, fault));
}

/**
 * Checks the server that a variable names by a real conversation.
 * @throws AquasurfError SERVICE_UNAVAILABLE, one line without user and password
 */
export async function checkNamedServer(kind: ServerKind, url: string): Promise<void> {
  const answer = await kind.ask(url, URL_TIMEOUT_MS);
  if (!answer.usable) throw new AquasurfError('SERVICE_UNAVAILABLE', refusal(kind, url, answer.reason));
}

const refusal = ({ title, variable }: ServerKind, url: string, reason: string): string =>
  `${title} at ${shownUrl(url)} (from ${variable}) ${reason}; correct or unset ${variable}`;

/** The URL of a server of the user's on a port of localhost, if it can be used; if it cannot, a notice says why. */
export async function findLocalServer(
  kind: ServerKind,
  port: number,
  options: { dataDir: string; notify: (line: string) => void },
): Promise<string | undefined> {
  if (!(await listens(port))) return undefined;
  const url = kind.url(port);
  const answer = await kind.ask(url, LOCALHOST_TIMEOUT_MS);
  if (!answer.usable) {
    options.notify(`${kind.title}: the server on localhost:${port} ${answer.reason}; not used`);
    return undefined;
  }
  const own = join(options.dataDir, kind.folder);
  if (existsSync(own)) {
    options.notify(`${kind.title}: using the server on localhost; data of earlier runs stay in ${own}`);
  }
  return url;
}
