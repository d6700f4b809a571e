import { readFileSync, readlinkSync } from 'node:fs';

const SIGHUP_BIT = 1n;

/**
 * Whether whoever started this process wants it to outlive its terminal. Node sets a SIGHUP that was ignored back to its
 * default before any of our code runs, so that it shows by its traces only: the parent ignores it (`trap '' HUP`), or
 * nohup has replaced the terminal, by a stdin that cannot be read or by nohup.out.
 */
export function isHangUpIgnored(): boolean {
  return parentIgnoresIt() || stdinIsWriteOnly() || [1, 2].some(isNohupOut);
}

function parentIgnoresIt(): boolean {
  const ignored = /^SigIgn:\s*([0-9a-f]+)$/m.exec(read(`/proc/${process.ppid}/status`))?.[1];
  return ignored !== undefined && (BigInt(`0x${ignored}`) & SIGHUP_BIT) !== 0n;
}

function stdinIsWriteOnly(): boolean {
  const flags = /^flags:\s*([0-7]+)$/m.exec(read('/proc/self/fdinfo/0'))?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & 3) === 1;
}

function isNohupOut(fd: number): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).endsWith('/nohup.out');
  } catch {
    return false;
  }
}

/** Nothing where the file cannot be read: not every system has it. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
