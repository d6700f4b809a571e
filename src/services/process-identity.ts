import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';

/** One process for all time: a pid alone is used again after its process has ended. */
export interface ProcessIdentity {
  pid: number;
  /** Opaque: clock ticks since boot (Linux) or seconds since 1970 (elsewhere). */
  startTime: string;
}

/** The process that has this pid now; undefined when there is none, or only its unreaped remains (a zombie). */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const startTime = process.platform === 'linux' ? await startTimeFromProc(pid) : await startTimeFromPs(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await identify(identity.pid))?.startTime === identity.startTime;
}

/** Waits until the process has ended; false when it still runs after `timeoutMs`. */
async function hasEnded(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  for (let waited = 0; await isRunning(identity); waited += 25) {
    if (waited >= timeoutMs) return false;
    await sleep(25);
  }
  return true;
}

/** Asks the process to end, waits, and after `patienceMs` kills it. */
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
