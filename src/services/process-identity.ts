import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { type Place, thisPlace } from './place.js';

/** One process for all time: a pid alone is used again after its process has ended. */
export interface ProcessIdentity {
  pid: number;
  /** Opaque: clock ticks since boot (Linux) or seconds since 1970 (elsewhere). */
  startTime: string;
  /** Where it has this pid; undefined: here. */
  place?: Place | undefined;
}

/** `unknown`: it belongs to another container or machine, where its pid means another process or none here. */
export type Fate = 'running' | 'ended' | 'unknown';

/** The process that has this pid now; undefined when there is none, or only its unreaped remains (a zombie). */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const startTime = await startTimeOf(pid);
  if (startTime === undefined) return undefined;
  const place = await thisPlace();
  return { pid, startTime, ...(place ? { place } : {}) };
}

export async function fateOf({ pid, startTime, place }: ProcessIdentity): Promise<Fate> {
  const here = place && (await thisPlace());
  if (place && here) {
    // Nothing survives the restart of its machine. Of another machine nothing is known.
    if (place.bootId !== here.bootId) return place.host === here.host ? 'ended' : 'unknown';
    if (place.pidNamespace !== here.pidNamespace) return 'unknown';
  }
  return (await startTimeOf(pid)) === startTime ? 'running' : 'ended';
}

export const isRunning = async (identity: ProcessIdentity): Promise<boolean> => (await fateOf(identity)) === 'running';

/** Waits until the process has ended; false when it still runs after `timeoutMs`. */
async function hasEnded(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  for (let waited = 0; await isRunning(identity); waited += 25) {
    if (waited >= timeoutMs) return false;
    await sleep(25);
  }
  return true;
}

/** Asks the process to end, waits, and after `patienceMs` kills it. One of another place is left alone. */
export async function stopProcess(
  identity: ProcessIdentity,
  signal: NodeJS.Signals,
  patienceMs = 60_000,
): Promise<void> {
  for (const [name, patience] of [[signal, patienceMs] as const, ['SIGKILL', 5_000] as const]) {
    if (!(await isRunning(identity))) return;
    try {
      process.kill(identity.pid, name);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return;
      throw error;
    }
    if (await hasEnded(identity, patience)) return;
  }
}

const startTimeOf = (pid: number): Promise<string | undefined> =>
  process.platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid);

/** proc(5): after the program's name in parentheses come the state (field 3) and, as field 22, the start time. */
async function startTimeFromProc(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[22 - 3]];
  return state === 'Z' || state === 'X' ? undefined : startTime;
}

async function startTimeFromPs(pid: number): Promise<string | undefined> {
  const { stdout } = await execa('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
    reject: false,
    env: { LC_ALL: 'C' },
  });
  const [state = 'Z', ...date] = (stdout ?? '').trim().split(/\s+/);
  const seconds = Date.parse(date.join(' ')) / 1000;
  return state.startsWith('Z') || Number.isNaN(seconds) ? undefined : String(seconds);
}
