import { spawn } from 'node:child_process';
import { closeSync, fchmodSync, mkdirSync, openSync } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import { nanoid } from 'nanoid';
import { packageDir } from '../config.js';
import { causeIn } from '../program-output.js';
import { identify, isRunning, type ProcessIdentity } from './process-identity.js';
import type { ServerAddress } from './server-kind.js';

interface ServerCommand {
  program: string;
  args: readonly string[];
  cwd: string;
  /** Added to the environment of this process. */
  env?: Record<string, string>;
  /** Takes stdout and stderr; begins anew at each start. */
  log: string;
  /** A file that the server and its children lock as long as they live. Where another holds it, the server ends at once. */
  lock?: string;
  /** What the server reads on stdin: settings with secrets, since every user of the machine can read arguments. */
  input?: string;
}

const SERVE = join(packageDir, 'infra/serve.sh');

/**
 * Starts a server in a session of its own, so that Ctrl-C in this terminal does not reach it and it outlives this
 * process, which in turn may end whenever it likes: nothing of the server keeps its event loop alive.
 */
export async function spawnServer(command: ServerCommand): Promise<ProcessIdentity> {
  mkdirSync(dirname(command.log), { recursive: true, mode: 0o700 });
  const log = openSync(command.log, 'w', 0o600);
  try {
    fchmodSync(log, 0o600); // one of an earlier version may be there
    const child = spawn('/bin/sh', [SERVE, command.lock ?? '', command.program, ...command.args], {
      cwd: command.cwd,
      detached: true,
      stdio: ['pipe', log, log],
      env: { ...process.env, ...command.env },
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.stdin?.on('error', () => undefined); // it has ended: its log says why
    child.stdin?.end(command.input);
    child.unref();
    const identity = child.pid === undefined ? undefined : await identify(child.pid);
    // Gone already: an identity that no process has, so that the wait for its answer ends at once with its log.
    return identity ?? { pid: child.pid ?? 0, startTime: 'ended' };
  } finally {
    closeSync(log);
  }
}

/** A free port on 127.0.0.1: the preferred one (that of the last time) if it is free. */
export const choosePort = (preferred: number | undefined): Promise<number> =>
  getPort({ host: '127.0.0.1', ...(preferred === undefined ? {} : { port: preferred }) });

/** A password for a server of our own. */
export const newPassword = (): string => nanoid(32);

/** A free port and a password: those of the last time, as far as they can be had. */
export async function chooseAddress(
  previous: ServerAddress | undefined,
): Promise<ServerAddress & { password: string }> {
  const port = await choosePort(previous?.port);
  return { port, password: previous?.password ?? newPassword() };
}

/** Whether anything listens there: an answer in a millisecond, where a driver would try again for seconds. */
export const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 1_000 });
    const answer = (listening: boolean) => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
    socket.once('timeout', () => answer(false));
  });

/** Why a server that did not become ready gave up, from its log. */
export async function whyEnded(log: string): Promise<string> {
  const said = causeIn(await readFile(log, 'utf8').catch(() => ''));
  if (said !== '') return said;
  const folder = dirname(log);
  const { bavail } = await statfs(folder);
  return bavail === 0 ? `no space left on device, not even for its log in ${folder}` : 'no output';
}

/**
 * Asks `ready` again and again until it says yes.
 * @returns false as soon as the process has ended, or after `timeoutMs`
 */
export async function becomesReady(
  server: ProcessIdentity,
  ready: () => Promise<boolean>,
  options: { timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<boolean> {
  const started = performance.now();
  for (;;) {
    options.signal?.throwIfAborted();
    const answers = await ready();
    // In this order: where the server could not take its port, somebody else's may have answered.
    if (!(await isRunning(server))) return false;
    if (answers) return true;
    if (performance.now() - started > options.timeoutMs) return false;
    await sleep(50);
  }
}
