import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AquasurfError } from '../errors.js';
import { shownUrl } from '../shown-url.js';
import type { Answer, Demands, ServerKind } from './server-kind.js';
import { listens } from './server-process.js';

/** A server of the user's, that is used. */
export interface FoundServer {
  url: string;
  withoutInfo: boolean;
}

interface FoundOptions extends Demands {
  notify: (line: string) => void;
}

type UsableAnswer = Extract<Answer, { usable: true }>;

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
export async function checkNamedServer(kind: ServerKind, url: string, options: FoundOptions): Promise<FoundServer> {
  const answer = await kind.ask(url, URL_TIMEOUT_MS, options);
  if (!answer.usable) throw new AquasurfError('SERVICE_UNAVAILABLE', refusal(kind, url, answer.reason));
  return found(kind, url, answer, options);
}

/** Tells what is to be known about a server that is used. */
function found(kind: ServerKind, url: string, answer: UsableAnswer, { notify }: FoundOptions): FoundServer {
  for (const remark of answer.remarks ?? []) notify(`${kind.title} at ${shownUrl(url)} ${remark}`);
  return { url, withoutInfo: answer.withoutInfo ?? false };
}

const refusal = ({ title, variable }: ServerKind, url: string, reason: string): string =>
  `${title} at ${shownUrl(url)} (from ${variable}) ${reason}; correct or unset ${variable}`;

/** A server of the user's on a port of localhost, if it can be used; if it cannot, a notice says why. */
export async function findLocalServer(
  kind: ServerKind,
  port: number,
  options: FoundOptions & { dataDir: string },
): Promise<FoundServer | undefined> {
  if (!(await listens(port))) return undefined;
  const url = kind.url(port);
  const answer = await kind.ask(url, LOCALHOST_TIMEOUT_MS, options);
  if (!answer.usable) {
    options.notify(`${kind.title}: the server on localhost:${port} ${answer.reason}; not used`);
    return undefined;
  }
  const own = join(options.dataDir, kind.folder);
  if (existsSync(own)) {
    options.notify(`${kind.title}: using the server on localhost; data of earlier runs stay in ${own}`);
  }
  return found(kind, url, answer, options);
}
