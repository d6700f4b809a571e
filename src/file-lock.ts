import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import lockfile from 'proper-lockfile';

interface FileLockOptions {
  /** Told once when another process has held the lock for some seconds. */
  onWait: () => void;
  /** Gives up waiting; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/** A lock whose holder has not touched it for this long is taken over: its process was killed. */
const STALE_MS = 10_000;
const UPDATE_MS = 2_000;
const POLL_MS = 100;
const PATIENCE_MS = 2_000;

/**
 * Runs `work` while this process holds the lock named `path` (a folder that exists while the lock is held; its parent
 * is made). Every process of the machine that uses the same path waits for its turn, however long that takes.
 */
export async function withFileLock<T>(path: string, options: FileLockOptions, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const release = await acquire(path, options);
  try {
    return await work();
  } finally {
    // Fails only when the lock was lost (the machine slept): then there is nothing to give back.
    await release().catch(() => undefined);
  }
}

async function acquire(path: string, { onWait, signal }: FileLockOptions): Promise<() => Promise<void>> {
  for (let waited = 0, told = false; ; waited += POLL_MS) {
    signal?.throwIfAborted();
    try {
      return await lockfile.lock(path, {
        lockfilePath: path,
        realpath: false,
        stale: STALE_MS,
        update: UPDATE_MS,
        onCompromised: () => undefined,
      });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ELOCKED')) throw error;
    }
    if (waited >= PATIENCE_MS && !told) {
      told = true;
      onWait();
    }
    await sleep(POLL_MS, undefined, signal ? { signal } : undefined);
  }
}
