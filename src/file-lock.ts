import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { execa } from 'execa';
import { AquasurfError } from './errors.js';

interface FileLockOptions {
  /** Told once when another process has held the lock for some seconds. */
  onWait: () => void;
  /** Gives up waiting; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

const PATIENCE_MS = 2_000;
/** Where the system's programs are, whatever PATH is made of. */
const SYSTEM_PATH = 'PATH="$PATH:/usr/bin:/bin"';
/**
 * Waits for the lock, says that it has it, and keeps it until its input ends: until this process lets go or dies. Then
 * it removes the file; whoever waited for that one begins anew.
 */
const HOLDER = `${SYSTEM_PATH}
while exec 9>>"$0" && flock 9 || exit; do
  if [ "$0" -ef /proc/self/fd/9 ]; then break; fi
done
echo held
read -r end
rm -f "$0"`;
const PROBE = `${SYSTEM_PATH}; exec flock -n "$0" true`;
const NO_PROGRAM = 127;

/**
 * Runs `work` while this process holds the lock on the file `path`, which is made with its folder. Every process that
 * uses the same path waits for its turn, however long that takes. The lock is the kernel's: it holds between
 * containers, and between machines on NFS, does not expire while its holder is paused, and ends with its holder.
 * Node.js has no call for it, so that a small process of the holder's keeps it.
 * @throws AquasurfError CONFIG_INVALID if the folder cannot be made, FAILED if the file cannot be locked
 */
export async function withFileLock<T>(path: string, options: FileLockOptions, work: () => Promise<T>): Promise<T> {
  options.signal?.throwIfAborted();
  await mkdir(dirname(path), { recursive: true }).catch((error: Error) => {
    throw new AquasurfError(
      'CONFIG_INVALID',
      `cannot make the folder ${dirname(path)} (${error.message}): AQUASURF_CACHE and AQUASURF_DIR name others`,
      { cause: error },
    );
  });
  const release = await acquire(path, options);
  try {
    return await work();
  } finally {
    await release();
  }
}

/** Whether somebody holds the lock on this file now; false where there is no such file. */
export async function isLocked(path: string): Promise<boolean> {
  const { exitCode } = await execa('/bin/sh', ['-c', PROBE, path], { reject: false, stdin: 'ignore' });
  if (exitCode === NO_PROGRAM) throw noFlock(path);
  return exitCode === 1;
}

async function acquire(path: string, { onWait, signal }: FileLockOptions): Promise<() => Promise<void>> {
  // A session of its own: Ctrl-C in the terminal must not end it before the work.
  const holder = spawn('/bin/sh', ['-c', HOLDER, path], { detached: true, stdio: 'pipe' });
  const closed = once(holder, 'close');
  let said = '';
  holder.stderr.on('data', (data) => {
    said += data;
  });
  holder.stdin.on('error', () => undefined); // it was killed: there is nothing to give back
  const giveUp = () => {
    if (holder.pid !== undefined) process.kill(-holder.pid, 'SIGKILL');
  };
  const impatient = setTimeout(onWait, PATIENCE_MS);
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    await Promise.race([once(holder.stdout, 'data'), closed]);
  } finally {
    clearTimeout(impatient);
    signal?.removeEventListener('abort', giveUp);
  }
  signal?.throwIfAborted();
  if (holder.exitCode !== null || holder.signalCode !== null) {
    if (holder.exitCode === NO_PROGRAM) throw noFlock(path);
    throw new AquasurfError('FAILED', `cannot lock ${path}: ${said.trim() || 'its holder was killed'}`);
  }
  return async () => {
    holder.stdin.end();
    await closed;
  };
}

const noFlock = (path: string): AquasurfError =>
  new AquasurfError('FAILED', `cannot lock ${path}: there is no program flock; install it (Debian: util-linux)`);
