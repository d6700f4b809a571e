import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import { causeIn } from '../program-output.js';
import { identify, isRunning, type ProcessIdentity } from './process-identity.js';

interface ServerCommand {
  program: string;
  args: readonly string[];
  cwd: string;
  /** Added to the environment of this process. */
  env?: Record<string, string>;
  /** Takes stdout and stderr; begins anew at each start. */
  log: string;
}

/**
 * Starts a server in a session of its own, so that Ctrl-C in this terminal does not reach it and it outlives this
 * process, which in turn may end whenever it likes: nothing of the server keeps its event loop alive.
 */
export async function spawnServer(command: ServerCommand): Promise<ProcessIdentity> {
  mkdirSync(dirname(command.log), { recursive: true });
  const log = openSync(command.log, 'w');
  try {
    const child = spawn(command.program, command.args, {
      cwd: command.cwd,
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...command.env },
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
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
  return causeIn(await readFile(log, 'utf8').catch(() => '')) || 'no output';
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
    if (await ready()) return true;
    if (!(await isRunning(server)) || performance.now() - started > options.timeoutMs) return false;
    await sleep(50);
  }
}
