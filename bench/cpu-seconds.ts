import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second of /proc, which Linux fixes. */
const TICKS = 100;

/** CPU seconds that processes have taken so far. */
export interface CpuSeconds {
  /** MongoDB, or PostgreSQL and the gateway before it. */
  database: number;
  /** The processes asked for. */
  ours: number;
}

/**
 * Of the database server's processes on this machine, and of those with the given ids. Zeros where there is no /proc.
 * Several servers on one machine are told apart no further: what another one does meanwhile is counted too.
 */
export function cpuSeconds(ours: readonly number[]): CpuSeconds {
  const sum: CpuSeconds = { database: 0, ours: 0 };
  for (const { pid, name, seconds } of processes()) {
    if (/^(postgres|ferretdb|mongod)$/.test(name)) sum.database += seconds;
    if (ours.includes(pid)) sum.ours += seconds;
  }
  return sum;
}

function processes(): Array<{ pid: number; name: string; seconds: number }> {
  try {
    return readdirSync('/proc').flatMap((entry) => (/^\d+$/.test(entry) ? (statusOf(Number(entry)) ?? []) : []));
  } catch {
    return [];
  }
}

/** From /proc/PID/stat: after the name in brackets, user and system time are the 12th and 13th field. */
function statusOf(pid: number): { pid: number; name: string; seconds: number } | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const end = line.lastIndexOf(')');
    const fields = line.slice(end + 2).split(' ');
    return {
      pid,
      name: line.slice(line.indexOf('(') + 1, end),
      seconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
    };
  } catch {
    return undefined; // It has ended.
  }
}
